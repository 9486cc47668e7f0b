import { civilDate, DAY, dayNumber, daysInMonth, daysInYear, LAST_WALL, mod, weekday } from './calendar.ts'
import { dayFilter, isAtMost } from './rrule-days.ts'
import type { RuleParts } from './rrule-parse.ts'

/**
 * The wall-clock times of one rule, ascending. Without a COUNT the walk begins near `from`, so that a rule which started
 * years ago costs nothing; it ends by itself after `until`, at the end of the calendar, or when its budget is spent.
 */
export function* ruleWalls(parts: RuleParts, window: RuleWindow): Generator<number> {
  const { budget, start } = window
  const last = Math.min(window.until, parts.until ?? Infinity, LAST_WALL)
  const from = parts.count === null ? Math.max(window.from, start) : start
  let left = parts.count ?? Infinity
  const walls = isAtMost(parts.frequency, 'DAILY')
    ? dayWalls(parts, { start, from, last, budget })
    : clockWalls(parts, { start, from, last, budget })
  for (const wall of walls) {
    budget.left -= 1
    if (wall > last || left <= 0 || budget.left <= 0) return
    if (wall < start || wall < from) continue
    left -= 1
    if (wall >= window.from) yield wall
  }
}

export interface RuleWindow {
  readonly start: number
  readonly from: number
  readonly until: number
  readonly budget: Budget
}

/** Days and times that may still be looked at, by all the rules of a schedule together. */
export interface Budget {
  left: number
}

/** Some centuries of days; a few tenths of a second. */
export function freshBudget(): Budget {
  return { left: 500_000 }
}

interface Span {
  readonly start: number
  readonly from: number
  readonly last: number
  readonly budget: Budget
}

/** YEARLY to DAILY: every period is a run of days, each with the same times. */
function* dayWalls(parts: RuleParts, { start, from, last, budget }: Span): Generator<number> {
  const startDay = Math.floor(start / DAY)
  const admits = dayFilter(parts, startDay)
  const times = timesOfDay(parts, mod(start, DAY))
  for (let index = firstPeriod(parts, startDay, Math.floor(from / DAY)); budget.left > 0; index += 1) {
    const { first, length } = periodAt(parts, startDay, index)
    if (first * DAY > last) return
    budget.left -= length
    const days = Array.from({ length }, (_, offset) => first + offset).filter((day) => admits(day))
    yield* combine(days, times, parts.by_set_pos)
  }
}

/** HOURLY to SECONDLY: steps of the clock, of which those on days or in hours that do not count are skipped at once. */
function* clockWalls(parts: RuleParts, { start, from, last, budget }: Span): Generator<number> {
  const unit = UNITS[parts.frequency] ?? 1
  const step = parts.interval * unit
  const origin = Math.floor(start / unit) * unit
  const admits = dayFilter(parts, Math.floor(start / DAY))
  const within = timesWithin(parts, start)
  const next = (wall: number): number => origin + Math.ceil((wall - origin) / step) * step
  let wall = next(Math.max(origin, from - step))
  while (budget.left > 0 && wall <= last) {
    budget.left -= 1
    const skip = skipTo(parts, wall, admits)
    if (skip === null) yield* combine([wall / DAY], within, parts.by_set_pos)
    wall = skip === null ? wall + step : next(skip)
  }
}

/** Every time of every day, or those at certain positions, counted from 1, or from -1 at the end; without building them all. */
function* combine(
  days: readonly number[],
  times: readonly number[],
  positions: readonly number[] | null,
): Generator<number> {
  if (positions === null) {
    for (const day of days) for (const time of times) yield Math.round(day * DAY) + time
    return
  }
  const count = days.length * times.length
  const indexes = positions.map((position) => (position > 0 ? position - 1 : count + position))
  for (const index of sorted(indexes)) {
    const day = days[Math.floor(index / times.length)]
    if (index >= 0 && index < count && day !== undefined)
      yield Math.round(day * DAY) + (times[index % times.length] ?? 0)
  }
}

const UNITS: Readonly<Partial<Record<RuleParts['frequency'], number>>> = { HOURLY: 3_600, MINUTELY: 60, SECONDLY: 1 }

/** Where the next day, hour, minute or second begins, when the rule does not admit the present one. */
function skipTo(parts: RuleParts, wall: number, admits: (day: number) => boolean): number | null {
  const day = Math.floor(wall / DAY)
  if (!admits(day)) return (day + 1) * DAY
  const { by_hour, by_minute, by_second, frequency } = parts
  if (by_hour !== null && !by_hour.includes(Math.floor(mod(wall, DAY) / 3_600)))
    return (Math.floor(wall / 3_600) + 1) * 3_600
  if (frequency === 'HOURLY') return null
  if (by_minute !== null && !by_minute.includes(Math.floor(mod(wall, 3_600) / 60)))
    return (Math.floor(wall / 60) + 1) * 60
  return frequency === 'SECONDLY' && by_second !== null && !by_second.includes(mod(wall, 60)) ? wall + 1 : null
}

/** The times after the beginning of an hour (minute, second) at which an hourly (…) rule fires. */
function timesWithin({ by_minute, by_second, frequency }: RuleParts, start: number): readonly number[] {
  if (frequency === 'SECONDLY') return [0]
  const seconds = sorted(by_second ?? [mod(start, 60)])
  if (frequency === 'MINUTELY') return seconds
  return sorted(by_minute ?? [Math.floor(mod(start, 3_600) / 60)]).flatMap((minute) =>
    seconds.map((second) => minute * 60 + second),
  )
}

function timesOfDay({ by_hour, by_minute, by_second }: RuleParts, startTime: number): readonly number[] {
  const hours = sorted(by_hour ?? [Math.floor(startTime / 3_600)])
  const minutes = sorted(by_minute ?? [Math.floor(mod(startTime, 3_600) / 60)])
  const seconds = sorted(by_second ?? [mod(startTime, 60)])
  return hours.flatMap((hour) =>
    minutes.flatMap((minute) => seconds.map((second) => hour * 3_600 + minute * 60 + second)),
  )
}

function sorted(numbers: readonly number[]): readonly number[] {
  return [...new Set(numbers)].sort((a, b) => a - b)
}

/** The first period that may hold a day at or after `fromDay`. */
function firstPeriod({ frequency, interval, week_start }: RuleParts, startDay: number, fromDay: number): number {
  const start = civilDate(startDay)
  const from = civilDate(fromDay)
  switch (frequency) {
    case 'YEARLY':
      return Math.max(0, Math.floor((from.year - start.year) / interval))
    case 'MONTHLY':
      return Math.max(0, Math.floor(((from.year - start.year) * 12 + from.month - start.month) / interval))
    case 'WEEKLY':
      return Math.max(0, Math.floor((fromDay - weekOf(startDay, week_start)) / (7 * interval)))
    case 'DAILY':
    case 'HOURLY':
    case 'MINUTELY':
    case 'SECONDLY':
      return Math.max(0, Math.floor((fromDay - startDay) / interval))
  }
}

function periodAt(
  { frequency, interval, week_start }: RuleParts,
  startDay: number,
  index: number,
): { readonly first: number; readonly length: number } {
  const { year, month } = civilDate(startDay)
  switch (frequency) {
    case 'YEARLY':
      return { first: dayNumber(year + index * interval, 1, 1), length: daysInYear(year + index * interval) }
    case 'MONTHLY': {
      const months = month - 1 + index * interval
      const at = { year: year + Math.floor(months / 12), month: mod(months, 12) + 1 }
      return { first: dayNumber(at.year, at.month, 1), length: daysInMonth(at.year, at.month) }
    }
    case 'WEEKLY': {
      // The first week begins on the day the rule starts, which matters for positions only.
      const week = weekOf(startDay, week_start) + index * 7 * interval
      return index === 0 ? { first: startDay, length: week + 7 - startDay } : { first: week, length: 7 }
    }
    case 'DAILY':
    case 'HOURLY':
    case 'MINUTELY':
    case 'SECONDLY':
      return { first: startDay + index * interval, length: 1 }
  }
}

function weekOf(day: number, weekStart: number): number {
  return day - mod(weekday(day) - weekStart, 7)
}
