import { DAY, dayNumber, daysInMonth, mod } from './calendar.ts'

/** Recurrence rules as Prefect 3.8 reads them (with Python's dateutil): RRULE, EXRULE, RDATE, EXDATE and DTSTART lines. */
export interface RuleSet {
  readonly start: number | null
  readonly rules: readonly RuleParts[]
  readonly exclusions: readonly RuleParts[]
  /** Wall-clock seconds. */
  readonly dates: readonly number[]
  readonly excluded_dates: readonly number[]
}

export const FREQUENCIES = ['YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY', 'HOURLY', 'MINUTELY', 'SECONDLY'] as const
export type Frequency = (typeof FREQUENCIES)[number]

export interface RuleParts {
  readonly frequency: Frequency
  readonly interval: number
  readonly count: number | null
  /** Wall-clock seconds. */
  readonly until: number | null
  /** 0 is Monday. */
  readonly week_start: number
  readonly by_set_pos: readonly number[] | null
  readonly by_month: readonly number[] | null
  readonly by_month_day: readonly number[] | null
  readonly by_year_day: readonly number[] | null
  readonly by_easter: readonly number[] | null
  readonly by_week_no: readonly number[] | null
  readonly by_weekday: readonly Weekday[] | null
  readonly by_hour: readonly number[] | null
  readonly by_minute: readonly number[] | null
  readonly by_second: readonly number[] | null
}

export interface Weekday {
  readonly day: number
  /** 2 in `2MO`; null without a place. */
  readonly place: number | null
}

export type RuleReading =
  | { readonly kind: 'rules'; readonly set: RuleSet }
  | { readonly kind: 'invalid'; readonly reason: string }

/** Collected while reading; whether times said where they are (a `Z` or a TZID) decides what an UNTIL may look like. */
interface Draft {
  start: Moment | null
  readonly rules: string[]
  readonly exclusions: string[]
  readonly dates: number[]
  readonly excluded_dates: number[]
}

interface Moment {
  readonly wall: number
  readonly has_zone: boolean
}

export function parseRules(text: string): RuleReading {
  const lines = text
    .toUpperCase()
    .split(/\s+/)
    .filter((line) => line !== '')
  if (lines.length === 0) return invalid('empty string')
  const draft: Draft = { start: null, rules: [], exclusions: [], dates: [], excluded_dates: [] }
  for (const line of lines) {
    const problem = readLine(line, draft)
    if (problem !== null) return invalid(problem)
  }
  if (draft.rules.length + draft.exclusions.length + draft.dates.length + draft.excluded_dates.length === 0)
    return invalid('there is no RRULE')
  const hasZone = draft.start?.has_zone ?? false
  const rules = draft.rules.map((rule) => parseRule(rule, hasZone))
  const exclusions = draft.exclusions.map((rule) => parseRule(rule, hasZone))
  const all = [...rules, ...exclusions]
  const problem = all.find((rule) => typeof rule === 'string')
  if (problem !== undefined) return invalid(problem)
  if (all.some((rule) => typeof rule !== 'string' && isUnreachable(rule, draft.start?.wall ?? 0))) {
    return invalid('Invalid rrule byxxx generates an empty set.')
  }
  return {
    kind: 'rules',
    set: {
      start: draft.start?.wall ?? null,
      rules: rules.filter((rule) => typeof rule !== 'string'),
      exclusions: exclusions.filter((rule) => typeof rule !== 'string'),
      dates: draft.dates,
      excluded_dates: draft.excluded_dates,
    },
  }
}

function invalid(reason: string): RuleReading {
  return { kind: 'invalid', reason }
}

function readLine(line: string, draft: Draft): string | null {
  const colon = line.indexOf(':')
  const [name = '', ...parameters] = colon === -1 ? ['RRULE'] : line.slice(0, colon).split(';')
  const value = line.slice(colon + 1)
  switch (name) {
    case 'RRULE':
    case 'EXRULE':
      if (parameters[0] !== undefined) return `unsupported ${name} parm: ${parameters[0]}`
      ;(name === 'RRULE' ? draft.rules : draft.exclusions).push(value)
      return null
    case 'RDATE':
    case 'EXDATE': {
      const bad = parameters.find(
        (parameter) => parameter !== 'VALUE=DATE-TIME' && !(name === 'EXDATE' && parameter.startsWith('TZID=')),
      )
      if (bad !== undefined) return `unsupported ${name} parm: ${bad}`
      return readDates(value, name === 'RDATE' ? draft.dates : draft.excluded_dates)
    }
    case 'DTSTART': {
      const bad = parameters.find((parameter) => parameter !== 'VALUE=DATE-TIME' && !parameter.startsWith('TZID='))
      if (bad !== undefined) return `unsupported DTSTART parm: ${bad}`
      const moment = parseMoment(value)
      if (moment === null) return `Unknown string format: ${value}`
      draft.start = {
        wall: moment.wall,
        has_zone: moment.has_zone || parameters.some((parameter) => parameter.startsWith('TZID=')),
      }
      return null
    }
    default:
      return `unsupported property: ${name}`
  }
}

function readDates(value: string, into: number[]): string | null {
  for (const text of value.split(',')) {
    const moment = parseMoment(text)
    if (moment === null) return `Unknown string format: ${text}`
    into.push(moment.wall)
  }
  return null
}

/** `20310328T100000`, with or without `Z` (the digits count, in the schedule's own zone), `20310328`, and both with dashes and colons. */
function parseMoment(text: string): Moment | null {
  const match = /^(\d{4})-?(\d{2})-?(\d{2})(?:T(\d{2}):?(\d{2})(?::?(\d{2}))?)?(Z?)$/.exec(text)
  if (match === null) return null
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((digits: string | undefined) => Number(digits ?? '0'))
  const isDate = year > 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month)
  if (!isDate || hour > 23 || minute > 59 || second > 59) return null
  return { wall: dayNumber(year, month, day) * DAY + hour * 3_600 + minute * 60 + second, has_zone: match[7] === 'Z' }
}

/** Steps of two hours from an even hour never reach an odd one: a rule that names such hours only is refused. */
function isUnreachable({ by_hour, by_minute, by_second, frequency, interval }: RuleParts, start: number): boolean {
  switch (frequency) {
    case 'HOURLY':
      return misses(by_hour, Math.floor(start / 3_600), greatestCommonDivisor(interval, 24))
    case 'MINUTELY':
      return misses(by_minute, Math.floor(start / 60), greatestCommonDivisor(interval, 60))
    case 'SECONDLY':
      return misses(by_second, start, greatestCommonDivisor(interval, 60))
    case 'YEARLY':
    case 'MONTHLY':
    case 'WEEKLY':
    case 'DAILY':
      return false
  }
}

function misses(values: readonly number[] | null, start: number, step: number): boolean {
  return values !== null && values.every((value) => mod(value - start, step) !== 0)
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}

const LISTS = {
  BYSETPOS: ['by_set_pos', -366, 366],
  BYMONTH: ['by_month', 1, 12],
  BYMONTHDAY: ['by_month_day', -31, 31],
  BYYEARDAY: ['by_year_day', -366, 366],
  BYEASTER: ['by_easter', -366, 366],
  BYWEEKNO: ['by_week_no', -53, 53],
  BYHOUR: ['by_hour', 0, 23],
  BYMINUTE: ['by_minute', 0, 59],
  BYSECOND: ['by_second', 0, 59],
} as const satisfies Readonly<Record<string, readonly [keyof RuleParts, number, number]>>

const MAY_BE_ZERO: ReadonlySet<string> = new Set(['BYHOUR', 'BYMINUTE', 'BYSECOND', 'BYEASTER'])
const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']

/** The rule, or what is wrong with it. */
function parseRule(text: string, startHasZone: boolean): RuleParts | string {
  const parts = new Map<string, string>()
  for (const pair of text.split(';')) {
    const [name = '', value, ...more] = pair.split('=')
    if (value === undefined || more.length > 0) return `'${pair}' is not of the form NAME=VALUE`
    parts.set(name, value)
  }
  const frequency = FREQUENCIES.find((each) => each === parts.get('FREQ'))
  if (frequency === undefined) return parts.has('FREQ') ? `invalid 'FREQ': ${parts.get('FREQ')}` : 'there is no FREQ'
  const rule: { -readonly [K in keyof RuleParts]: RuleParts[K] } = { ...EMPTY, frequency }
  for (const [name, value] of parts) {
    const problem = name === 'FREQ' ? null : readPart(name, value, rule, startHasZone)
    if (problem !== null) return problem
  }
  return rule
}

const EMPTY: Omit<RuleParts, 'frequency'> = {
  interval: 1,
  count: null,
  until: null,
  week_start: 0,
  by_set_pos: null,
  by_month: null,
  by_month_day: null,
  by_year_day: null,
  by_easter: null,
  by_week_no: null,
  by_weekday: null,
  by_hour: null,
  by_minute: null,
  by_second: null,
}

function readPart(
  name: string,
  value: string,
  rule: { -readonly [K in keyof RuleParts]: RuleParts[K] },
  startHasZone: boolean,
): string | null {
  const bad = `invalid '${name}': ${value}`
  switch (name) {
    case 'INTERVAL':
    case 'COUNT': {
      const number = /^\d{1,9}$/.test(value) ? Number(value) : -1
      if (number < (name === 'COUNT' ? 0 : 1)) return bad
      rule[name === 'COUNT' ? 'count' : 'interval'] = number
      return null
    }
    case 'UNTIL': {
      const moment = parseMoment(value)
      if (moment === null) return bad
      if (moment.has_zone !== startHasZone)
        return 'RRULE UNTIL values must be specified in UTC when DTSTART is timezone-aware'
      rule.until = moment.wall
      return null
    }
    case 'WKST': {
      const day = WEEKDAYS.indexOf(value)
      if (day === -1) return bad
      rule.week_start = day
      return null
    }
    case 'BYDAY':
    case 'BYWEEKDAY': {
      const days = value.split(',').map(parseWeekday)
      rule.by_weekday = days.filter((day) => day !== null)
      return days.includes(null) ? bad : null
    }
    default: {
      const list = Object.entries(LISTS).find(([key]) => key === name)
      if (list === undefined) return `unknown parameter '${name}'`
      const [, [target, low, high]] = list
      const numbers = value.split(',').map((text) => (/^[+-]?\d{1,4}$/.test(text) ? Number(text) : NaN))
      if (numbers.some((number) => !(number >= low && number <= high) || (number === 0 && !MAY_BE_ZERO.has(name))))
        return bad
      rule[target] = [...new Set(numbers)]
      return null
    }
  }
}

/** `MO`, `2MO`, `-1FR`, `MO(+2)`. */
function parseWeekday(text: string): Weekday | null {
  const match = /^(?:([+-]?\d{1,3})?([A-Z]{2})|([A-Z]{2})\(([+-]?\d{1,3})\))$/.exec(text)
  if (match === null) return null
  const day = WEEKDAYS.indexOf(match[2] ?? match[3] ?? '')
  const place = match[1] ?? match[4]
  if (day === -1 || (place !== undefined && Number(place) === 0)) return null
  return { day, place: place === undefined ? null : Number(place) }
}
