import { civilDate, dayNumber, daysInMonth, daysInYear, mod, weekday } from './calendar.ts'
import { FREQUENCIES, type Frequency, type RuleParts } from './rrule-parse.ts'

/** Whether a rule's BY parts admit a day; what is not given comes from the day on which the rule starts. */
export function dayFilter(parts: RuleParts, startDay: number): (day: number) => boolean {
  const { by_easter, by_week_no, by_year_day, week_start } = parts
  const { by_month, by_month_day, by_weekday } = withDefaults(parts, startDay)
  const months = by_month === null ? null : new Set(by_month)
  const monthDays = by_month_day === null ? null : new Set(by_month_day)
  const keepsPlaces = isAtMost(parts.frequency, 'MONTHLY')
  const plainDays = by_weekday?.filter(({ place }) => place === null || !keepsPlaces).map(({ day }) => day) ?? []
  const placedDays = keepsPlaces ? (by_weekday?.filter(({ place }) => place !== null) ?? []) : []

  return (day) => {
    const date = civilDate(day)
    if (months !== null && !months.has(date.month)) return false
    if (by_week_no !== null && !isInWeeks(day, by_week_no, week_start)) return false
    if (plainDays.length > 0 && !plainDays.includes(weekday(day))) return false
    if (
      placedDays.length > 0 &&
      !placedDays.some((each) => each.day === weekday(day) && isAtPlace(day, each.place ?? 0, parts))
    )
      return false
    if (by_easter !== null && !by_easter.includes(day - easterDay(date.year))) return false
    if (
      monthDays !== null &&
      !monthDays.has(date.day) &&
      !monthDays.has(date.day - daysInMonth(date.year, date.month) - 1)
    )
      return false
    return by_year_day === null || isInYearDays(day, date.year, by_year_day)
  }
}

/** The place of a frequency: YEARLY is the least. */
export function isAtMost(frequency: Frequency, other: Frequency): boolean {
  return FREQUENCIES.indexOf(frequency) <= FREQUENCIES.indexOf(other)
}

function withDefaults(parts: RuleParts, startDay: number): Pick<RuleParts, 'by_month' | 'by_month_day' | 'by_weekday'> {
  const { by_easter, by_month, by_month_day, by_week_no, by_weekday, by_year_day, frequency } = parts
  const isDayGiven = [by_week_no, by_year_day, by_month_day, by_weekday, by_easter].some((part) => part !== null)
  if (isDayGiven) return { by_month, by_month_day, by_weekday }
  const { day, month } = civilDate(startDay)
  switch (frequency) {
    case 'YEARLY':
      return { by_month: by_month ?? [month], by_month_day: [day], by_weekday }
    case 'MONTHLY':
      return { by_month, by_month_day: [day], by_weekday }
    case 'WEEKLY':
      return { by_month, by_month_day, by_weekday: [{ day: weekday(startDay), place: null }] }
    case 'DAILY':
    case 'HOURLY':
    case 'MINUTELY':
    case 'SECONDLY':
      return { by_month, by_month_day, by_weekday }
  }
}

/** The n-th of its weekday: in the month, or in the year for a yearly rule that names no months. */
function isAtPlace(day: number, place: number, { frequency, by_month }: RuleParts): boolean {
  const { year, month } = civilDate(day)
  const isYear = frequency === 'YEARLY' && by_month === null
  const first = isYear ? dayNumber(year, 1, 1) : dayNumber(year, month, 1)
  const length = isYear ? daysInYear(year) : daysInMonth(year, month)
  return place > 0
    ? Math.floor((day - first) / 7) + 1 === place
    : Math.floor((first + length - 1 - day) / 7) + 1 === -place
}

/** Weeks as in ISO 8601, but beginning on any day: week 1 is the first with at least four days in the year. */
function isInWeeks(day: number, weeks: readonly number[], weekStart: number): boolean {
  const start = day - mod(weekday(day) - weekStart, 7)
  const { year } = civilDate(start + 3)
  const number = Math.floor((start - firstWeek(year, weekStart)) / 7) + 1
  const count = Math.round((firstWeek(year + 1, weekStart) - firstWeek(year, weekStart)) / 7)
  return weeks.includes(number) || weeks.includes(number - count - 1)
}

function firstWeek(year: number, weekStart: number): number {
  const fourth = dayNumber(year, 1, 4)
  return fourth - mod(weekday(fourth) - weekStart, 7)
}

function isInYearDays(day: number, year: number, yearDays: readonly number[]): boolean {
  const number = day - dayNumber(year, 1, 1) + 1
  return yearDays.includes(number) || yearDays.includes(number - daysInYear(year) - 1)
}

/** Easter Sunday of the Gregorian calendar (the anonymous algorithm). */
function easterDay(year: number): number {
  const a = year % 19
  const b = Math.floor(year / 100)
  const c = year % 100
  const g = Math.floor((8 * b + 13) / 25)
  const h = (19 * a + b - Math.floor(b / 4) - g + 15) % 30
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7
  const m = Math.floor((a + 11 * h + 19 * l) / 433)
  const month = Math.floor((h + l - 7 * m + 90) / 25)
  return dayNumber(year, month, (h + l - 7 * m + 33 * month + 19) % 32)
}
