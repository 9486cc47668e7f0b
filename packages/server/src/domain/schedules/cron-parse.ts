/**
 * Cron expressions as Prefect 3.8 reads them (its copy of Python's croniter): 5 fields, 6 with seconds last, 7 with years
 * after them; names, `@daily` and the like, `?`, `L` for the last day of a month, `L5` and `5#2` for weekdays of a month,
 * ranges that wrap around (`fri-mon`), and `5-5` for the whole range. Hashed and random fields are refused.
 */
export interface Cron {
  readonly minutes: CronField
  readonly hours: CronField
  readonly days: CronField
  readonly months: CronField
  readonly weekdays: CronField
  readonly seconds: CronField
  readonly years: CronField
  /** `L` among the days of the month. */
  readonly last_day: boolean
  /** Weekday (0 is Sunday) to its places in the month, -1 being the last; when there are any, nothing else of the field counts. */
  readonly nth_weekdays: ReadonlyMap<number, ReadonlySet<number>>
}

/** Ascending. Null admits everything; that is what `*` means, and not the same as every value where days and weekdays meet. */
export type CronField = ReadonlySet<number> | null

export type CronReading = { readonly kind: 'cron'; readonly cron: Cron } | { readonly kind: 'invalid' | 'random' }

const ALIASES: ReadonlyMap<string, string> = new Map([
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
  ['@daily', '0 0 * * *'],
  ['@weekly', '0 0 * * 0'],
  ['@monthly', '0 0 1 * *'],
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
])

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')
const WEEKDAYS = 'sun mon tue wed thu fri sat'.split(' ')

interface FieldRule {
  readonly name: keyof Omit<Cron, 'last_day' | 'nth_weekdays'>
  readonly low: number
  readonly high: number
  readonly names: ReadonlyMap<string, number>
}

const NO_NAMES: ReadonlyMap<string, number> = new Map()
const FIELDS: readonly FieldRule[] = [
  { name: 'minutes', low: 0, high: 59, names: NO_NAMES },
  { name: 'hours', low: 0, high: 23, names: NO_NAMES },
  { name: 'days', low: 1, high: 31, names: NO_NAMES },
  { name: 'months', low: 1, high: 12, names: new Map(MONTHS.map((name, index) => [name, index + 1])) },
  { name: 'weekdays', low: 0, high: 6, names: new Map(WEEKDAYS.map((name, index) => [name, index])) },
  { name: 'seconds', low: 0, high: 59, names: NO_NAMES },
  { name: 'years', low: 1970, high: 2099, names: NO_NAMES },
]

const LONGEST = 1_000

export function parseCron(text: string): CronReading {
  if (text.length > LONGEST) return { kind: 'invalid' }
  const lower = text.toLowerCase()
  const parts = (ALIASES.get(lower) ?? lower).split(/\s+/).filter((part) => part !== '')
  if (parts.length < 5 || parts.length > 7) return { kind: 'invalid' }
  if (parts.some((part) => RANDOM.test(part))) return { kind: 'random' }
  const fields = new Map<string, FieldValues>()
  for (const [index, part] of parts.entries()) {
    const rule = FIELDS[index]
    const values = rule === undefined ? null : parseField(part, rule, parts.length)
    if (rule === undefined || values === null) return { kind: 'invalid' }
    fields.set(rule.name, values)
  }
  return combine(fields, parts)
}

/** `H`, `R`, `r(0-5)`, `h/10`: a stock server refuses the bare letters, and nothing could tell when the others fire. */
const RANDOM = /^[hr](?:\(\d+-\d+\))?(?:\/\d+)?$/

interface FieldValues {
  readonly values: ReadonlySet<number>
  readonly star: boolean
  readonly last_day: boolean
  readonly nth: ReadonlyMap<number, ReadonlySet<number>>
}

function combine(fields: ReadonlyMap<string, FieldValues>, parts: readonly string[]): CronReading {
  const days = fields.get('days')
  const weekdays = fields.get('weekdays')
  if (days === undefined || weekdays === undefined) return { kind: 'invalid' }
  const nth = weekdays.nth
  const entries = weekdays.values.size + (weekdays.star ? 1 : 0)
  const isMixed = entries !== 7 && [...weekdays.values].some((day) => !nth.has(day))
  if (nth.size > 0 && isMixed) return { kind: 'invalid' }
  const plain = (name: string): CronField => {
    const field = fields.get(name)
    return field === undefined || field.star || isFull(name, field) ? null : field.values
  }
  const cron: Cron = {
    minutes: plain('minutes'),
    hours: plain('hours'),
    months: plain('months'),
    // Five fields mean second 0; with more, the sixth says which.
    seconds: fields.has('seconds') ? plain('seconds') : new Set([0]),
    years: plain('years'),
    // Every day written out is a restriction where the other field has no star in it: then days OR weekdays is every day.
    days: days.star || (isFull('days', days) && parts[4]?.includes('*') === true) ? null : days.values,
    weekdays:
      weekdays.star || (isFull('weekdays', weekdays) && parts[2]?.includes('*') === true) ? null : weekdays.values,
    last_day: days.last_day,
    nth_weekdays: nth,
  }
  return { kind: 'cron', cron }
}

function isFull(name: string, { values, last_day }: FieldValues): boolean {
  const rule = FIELDS.find((each) => each.name === name)
  return rule !== undefined && values.size + (last_day ? 1 : 0) === rule.high - rule.low + 1
}

function parseField(text: string, rule: FieldRule, fieldCount: number): FieldValues | null {
  if (text.includes('?')) {
    const isDay = rule.name === 'days' || rule.name === 'weekdays'
    return text === '?' && isDay ? { values: new Set(), star: true, last_day: false, nth: new Map() } : null
  }
  const values = new Set<number>()
  const nth = new Map<number, Set<number>>()
  let star = false
  let last_day = false
  for (const item of text.split(',')) {
    if (item === '*') star = true
    else if (item === 'l' && rule.name === 'days') last_day = true
    else {
      const parsed = parseItem(item, rule, fieldCount)
      if (parsed === null) return null
      for (const value of parsed.values) {
        values.add(value)
        if (parsed.nth !== null) nth.set(value, new Set(nth.get(value)).add(parsed.nth))
      }
    }
  }
  return { values: new Set([...values].sort((a, b) => a - b)), star, last_day, nth }
}

interface Item {
  readonly values: readonly number[]
  readonly nth: number | null
}

function parseItem(item: string, rule: FieldRule, fieldCount: number): Item | null {
  const special = rule.name === 'weekdays' ? /^(?:(\w+(?:-[a-z]+)?)#|(l))(\d+)$/.exec(item) : null
  if (special === null) return withNth(parseValues(item, rule, fieldCount), null)
  const [, which, last, number = ''] = special
  if (last !== undefined) return withNth(parseValues(number, rule, fieldCount), -1)
  if (which === undefined || !/^[1-5]$/.test(number.replace(/^0+(?=.)/, ''))) return null
  return withNth(parseValues(which, rule, fieldCount), Number(number))
}

function withNth(values: readonly number[] | null, nth: number | null): Item | null {
  return values === null ? null : { values, nth }
}

function parseValues(item: string, rule: FieldRule, fieldCount: number): readonly number[] | null {
  const range = readRange(item, rule)
  if (range === null) {
    const value = readValue(item, rule, fieldCount)
    return value === null || value < rule.low || value > rule.high ? null : [value]
  }
  const low = readValue(range.low, rule, fieldCount)
  const high = readValue(range.high, rule, fieldCount)
  if (low === null || high === null || Math.max(low, high) > rule.high || range.step === 0) return null
  return Math.min(low, high) < rule.low ? null : expandRange({ low, high, step: range.step }, rule)
}

/** `a-b`, `a-b/n`, `* /n` and `a/n`, the last two meaning "to the end". */
function readRange(
  item: string,
  rule: FieldRule,
): { readonly low: string; readonly high: string; readonly step: number } | null {
  const [span = '', step, ...rest] = item.split('/')
  if (rest.length > 0 || (step !== undefined && !/^\d+$/.test(step))) return null
  const full = span === '*' ? `${rule.low}-${rule.high}` : span
  const [low = '', high, ...more] = full.split('-')
  if (more.length > 0 || low === '' || high === '' || (high === undefined && step === undefined)) return null
  return {
    low,
    high: high === 'l' && rule.name === 'days' ? '31' : (high ?? String(rule.high)),
    step: Number(step ?? 1),
  }
}

function readValue(text: string, rule: FieldRule, fieldCount: number): number | null {
  if (!/^\d+$/.test(text)) return rule.names.get(text) ?? null
  return alias(Number(text), rule, fieldCount)
}

/** 7 is Sunday, and 0 the first of days or months, but only in the forms where the stock server says so. */
function alias(value: number, { name }: FieldRule, fieldCount: number): number {
  if (name === 'weekdays' && value === 7 && fieldCount === 5) return 0
  return name === 'days' && value === 0 && fieldCount === 6 ? 1 : value
}

/** A range that runs backwards goes through the end; one from a value to itself is the whole range. */
function expandRange(
  { low, high, step }: { low: number; high: number; step: number },
  rule: FieldRule,
): readonly number[] {
  if (low === high) return steps(rule.low, rule.high, step)
  if (low < high) return steps(low, high, step)
  const upper = steps(low, rule.high, step)
  const left = rule.high - (upper.at(-1) ?? rule.high)
  const size = rule.high - rule.low + 1
  const skip = left < step && size - left - 1 + step > size ? step - left : 0
  return [...upper, ...steps(rule.low + skip, high, step)]
}

function steps(low: number, high: number, step: number): readonly number[] {
  return Array.from({ length: Math.max(0, Math.floor((high - low) / step) + 1) }, (_, index) => low + index * step)
}
