import { DAY, dayNumber, mod, printDate, printTime } from './calendar.ts'
import { parseRules, type RuleSet } from './rrule-parse.ts'
import { freshBudget, ruleWalls } from './rrule-walls.ts'
import { wallAt, zoneOf } from './zone.ts'

/** A rule without DTSTART begins here, in its own zone. */
const DEFAULT_START = dayNumber(2020, 1, 1) * DAY

/** The wall-clock times at or after `from` that the rules name, ascending and each once. */
export function* ruleSetWalls(
  set: RuleSet,
  window: { readonly from: number; readonly until: number },
): Generator<number> {
  const bounds = { start: set.start ?? DEFAULT_START, ...window, budget: freshBudget() }
  const dates = [...new Set(set.dates)].filter((wall) => wall >= window.from).sort((a, b) => a - b)
  const included = merge([...set.rules.map((rule) => ruleWalls(rule, bounds)), dates.values()])
  const excluded = merge([
    ...set.exclusions.map((rule) => ruleWalls(rule, bounds)),
    [...set.excluded_dates].sort((a, b) => a - b).values(),
  ])
  let next = excluded.next()
  for (const wall of included) {
    while (next.done !== true && next.value < wall) next = excluded.next()
    if (next.done === true || next.value !== wall) yield wall
  }
}

/** Several ascending sequences as one, without repetitions. */
function* merge(sequences: readonly Iterator<number, unknown>[]): Generator<number, undefined> {
  const heads = sequences.map((sequence) => ({ sequence, head: sequence.next() }))
  for (;;) {
    const least = heads.reduce(
      (lowest, { head }) => (head.done === true ? lowest : Math.min(lowest, head.value)),
      Infinity,
    )
    if (least === Infinity) return
    yield least
    for (const each of heads)
      while (each.head.done !== true && each.head.value <= least) each.head = each.sequence.next()
  }
}

/**
 * Rules are stored with a DTSTART: the beginning of 2020, or, for a plain rule of seconds or minutes, the last moment of
 * the same phase before `now` (an instant in seconds). A text that has one, or is no rule, is returned as it is.
 */
export function normalizeRule(text: string, timezone: string | null, now: number): string {
  if (text.toUpperCase().includes('DTSTART')) return text
  const reading = parseRules(text)
  if (reading.kind === 'invalid') return text
  return `DTSTART:${printWall(phaseStart(reading.set, timezone, now))}\n${text}`
}

function phaseStart(set: RuleSet, timezone: string | null, now: number): number {
  const [rule, ...others] = set.rules
  const isPlain = others.length + set.exclusions.length + set.dates.length + set.excluded_dates.length === 0
  if (rule === undefined || !isPlain || rule.count !== null) return DEFAULT_START
  if (rule.frequency !== 'SECONDLY' && rule.frequency !== 'MINUTELY') return DEFAULT_START
  const period = rule.interval * (rule.frequency === 'SECONDLY' ? 1 : 60)
  const wall = Math.floor(wallAt(zoneOf(timezone), now))
  return wall <= DEFAULT_START ? DEFAULT_START : DEFAULT_START + Math.floor((wall - DEFAULT_START) / period) * period
}

/** `20200101T000000`. */
function printWall(wall: number): string {
  return `${printDate(Math.floor(wall / DAY))}T${printTime(mod(wall, DAY))}`.replaceAll(/[-:]/g, '')
}
