import { civilDate, DAY, dayNumber, daysInMonth, LAST_WALL, mod, weekday, type CivilDate } from './calendar.ts'
import type { Cron, CronField } from './cron-parse.ts'

/**
 * The first wall-clock time at or after `from` that the expression names; null when there is none within 50 years.
 * Where both days and weekdays are restricted, one of them is enough, unless `day_or` is off. (With a place in the
 * month, as in `5#2`, the weekday alone decides then: so it does on a stock server.)
 */
export function nextCronWall(cron: Cron, from: number, options: { readonly day_or: boolean }): number | null {
  const isEither = options.day_or && cron.days !== null && cron.weekdays !== null
  if (!isEither) return walk(cron, from)
  const byWeekday = walk({ ...cron, days: null }, from)
  if (cron.nth_weekdays.size > 0) return byWeekday
  const byDate = walk({ ...cron, weekdays: null }, from)
  return byDate === null || byWeekday === null ? (byDate ?? byWeekday) : Math.min(byDate, byWeekday)
}

/** Days and weekdays must both fit. The walk goes on from day to day exactly as on a stock server, see `daysToDate`. */
function walk(cron: Cron, from: number): number | null {
  const start = Math.ceil(from)
  let day = Math.floor(start / DAY)
  let second = start - day * DAY
  const lastYear = civilDate(day).year + 50
  for (;;) {
    const date = civilDate(day)
    const { year, month } = date
    if (year > lastYear || day * DAY > LAST_WALL) return null
    if (!admits(cron.years, year)) day = dayNumber(year + 1, 1, 1)
    else if (!admits(cron.months, month)) day = dayNumber(year, month + 1, 1)
    else {
      const distance = daysToDate(cron, date) || daysToWeekday(cron, day, date)
      const time = distance === 0 ? nextTime(cron, second) : null
      if (time !== null) return day * DAY + time
      day += distance === 0 ? 1 : distance
    }
    second = 0
  }
}

/**
 * Days until the next day of the month that is listed. The first listed one that is not past counts even where the month
 * is too short for it; then the walk runs over the month's end and passes by the first days of the next:
 * after February the 21st comes March the 11th, not the 1st, for every tenth day. Clients know these dates.
 */
function daysToDate({ days, last_day }: Cron, { year, month, day }: CivilDate): number {
  if (days === null) return 0
  const length = daysInMonth(year, month)
  if (last_day && day === length) return 0
  for (const listed of days) if (listed >= day) return listed - day
  if (last_day) return length - day
  const [first = 1] = days
  return first - day + length
}

function daysToWeekday(cron: Cron, day: number, date: CivilDate): number {
  const sundayBased = mod(weekday(day) + 1, 7)
  if (cron.nth_weekdays.size > 0) return isNthWeekday(cron, sundayBased, date) ? 0 : 1
  if (cron.weekdays === null) return 0
  return (least(cron.weekdays, sundayBased, 6) ?? (least(cron.weekdays, 0, 6) ?? 0) + 7) - sundayBased
}

function isNthWeekday({ nth_weekdays }: Cron, sundayBased: number, { year, month, day }: CivilDate): boolean {
  const places = nth_weekdays.get(sundayBased)
  if (places === undefined) return false
  return places.has(Math.ceil(day / 7)) || (places.has(-1) && day + 7 > daysInMonth(year, month))
}

/** The first time of a day at or after a second of it. */
function nextTime(cron: Cron, from: number): number | null {
  const hour = Math.floor(from / 3_600)
  const minute = Math.floor((from % 3_600) / 60)
  const sameMinute =
    admits(cron.hours, hour) && admits(cron.minutes, minute) ? least(cron.seconds, from % 60, 59) : null
  if (sameMinute !== null) return hour * 3_600 + minute * 60 + sameMinute
  const firstSecond = least(cron.seconds, 0, 59)
  const firstMinute = least(cron.minutes, 0, 59)
  if (firstSecond === null || firstMinute === null) return null
  const laterMinute = admits(cron.hours, hour) ? least(cron.minutes, minute + 1, 59) : null
  if (laterMinute !== null) return hour * 3_600 + laterMinute * 60 + firstSecond
  const laterHour = least(cron.hours, hour + 1, 23)
  return laterHour === null ? null : laterHour * 3_600 + firstMinute * 60 + firstSecond
}

function admits(field: CronField, value: number): boolean {
  return field === null || field.has(value)
}

function least(field: CronField, from: number, to: number): number | null {
  for (let value = from; value <= to; value += 1) if (admits(field, value)) return value
  return null
}
