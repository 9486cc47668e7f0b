/** Arithmetic of the proleptic Gregorian calendar. A wall-clock time is a number of seconds since 1970 as if the zone were UTC. */

export const DAY = 86_400

export interface CivilDate {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  readonly day: number
}

/** Days since 1970-01-01; `month` may lie outside 1 to 12. */
export function dayNumber(year: number, month: number, day: number): number {
  const months = year * 12 + month - 1
  const y = Math.floor(months / 12)
  const m = months - y * 12
  // March is the first month of the shifted year, so that the leap day comes last.
  const shifted = m < 2 ? y - 1 : y
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * ((m + 10) % 12) + 2) / 5) + day - 1
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
}

export function civilDate(days: number): CivilDate {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const month = ((shiftedMonth + 2) % 12) + 1
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return { year, month, day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1 }
}

/** 0 is Monday. */
export function weekday(days: number): number {
  return mod(days + 3, 7)
}

export function daysInMonth(year: number, month: number): number {
  return dayNumber(year, month + 1, 1) - dayNumber(year, month, 1)
}

export function daysInYear(year: number): number {
  return dayNumber(year + 1, 1, 1) - dayNumber(year, 1, 1)
}

/** Never negative for a positive divisor. */
export function mod(value: number, divisor: number): number {
  return value - Math.floor(value / divisor) * divisor
}

/** The 31st of December 9999, the last day that a timestamp can name. */
export const LAST_WALL = dayNumber(10_000, 1, 1) * DAY - 1

/** `2031-03-28`. */
export function printDate(days: number): string {
  const { year, month, day } = civilDate(days)
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`
}

/** `10:00:59`, of a whole number of seconds within a day. */
export function printTime(seconds: number): string {
  return [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(':')
}

function two(number: number): string {
  return String(number).padStart(2, '0')
}
