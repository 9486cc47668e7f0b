import { epochMicros, fromEpochMicros, type Timestamp } from '@slipway/contract'
import { DAY, LAST_WALL, mod, printDate, printTime } from './calendar.ts'
import { parseCron } from './cron-parse.ts'
import { nextCronWall } from './cron.ts'
import { intervalInstants } from './interval.ts'
import { parseRules } from './rrule-parse.ts'
import { ruleSetWalls } from './rrule.ts'
import type { CronSchedule, RRuleSchedule, Schedule } from './schedule.ts'
import { instantOf, wallAt, zoneOf, type Zone } from './zone.ts'

export interface OccurrenceLimits {
  /** None later than this; the moment itself still counts. */
  readonly until?: Timestamp
  readonly max: number
}

/** The times of a valid schedule at or after `after`, strictly ascending. At most 1,000 candidates are looked at. */
export function nextOccurrences(schedule: Schedule, after: Timestamp, limits: OccurrenceLimits): readonly Timestamp[] {
  const from = epochMicros(after)
  const until = limits.until === undefined ? Infinity : epochMicros(limits.until)
  const found = new Set<number>()
  let candidates = 0
  for (const instant of instantsOf(schedule, from, until)) {
    if (candidates >= MOST_CANDIDATES || found.size >= limits.max || instant > until || instant > LAST_WALL * 1_000_000)
      break
    candidates += 1
    if (instant >= from) found.add(instant)
  }
  return [...found].sort((a, b) => a - b).map(fromEpochMicros)
}

const MOST_CANDIDATES = 1_000

/** As the idempotency key of a scheduled run prints it, in the schedule's zone: `2031-03-28 10:00:00+01:00`. */
export function occurrenceLabel(moment: Timestamp, timezone: string | null): string {
  const micros = epochMicros(moment)
  const instant = Math.floor(micros / 1_000_000)
  const zone = zoneOf(timezone)
  const wall = wallAt(zone, instant)
  const fraction = micros - instant * 1_000_000
  const printed = `${printDate(Math.floor(wall / DAY))} ${printTime(mod(wall, DAY))}`
  return `${printed}${fraction === 0 ? '' : `.${String(fraction).padStart(6, '0')}`}${printOffset(zone.offsetAt(instant))}`
}

function printOffset(seconds: number): string {
  const time = printTime(Math.abs(seconds))
  return `${seconds < 0 ? '-' : '+'}${time.endsWith(':00') ? time.slice(0, 5) : time}`
}

/** Microseconds; ascending but for the hour that clocks skip. */
function instantsOf(schedule: Schedule, from: number, until: number): Generator<number> {
  if ('cron' in schedule) return cronInstants(schedule, from)
  return 'rrule' in schedule ? ruleInstants(schedule, from, until) : intervalInstants(schedule, from)
}

function* cronInstants(schedule: CronSchedule, from: number): Generator<number> {
  const reading = parseCron(schedule.cron)
  if (reading.kind !== 'cron') throw new Error(`A stored cron schedule is invalid: ${schedule.cron}`)
  const zone = zoneOf(schedule.timezone)
  const options = { day_or: schedule.day_or }
  let wall = nextCronWall(reading.cron, wallAt(zone, from / 1_000_000), options)
  while (wall !== null) {
    yield instantOfWall(zone, wall)
    wall = nextCronWall(reading.cron, wall + 1, options)
  }
}

function* ruleInstants(schedule: RRuleSchedule, from: number, until: number): Generator<number> {
  const reading = parseRules(schedule.rrule)
  if (reading.kind === 'invalid') throw new Error(`A stored recurrence rule is invalid: ${reading.reason}`)
  const zone = zoneOf(schedule.timezone)
  // A day of slack on both sides, because wall-clock times are compared here and clocks are changed.
  const window = { from: wallAt(zone, from / 1_000_000) - DAY, until: until / 1_000_000 + 2 * DAY }
  for (const wall of ruleSetWalls(reading.set, window)) {
    const instant = instantOfWall(zone, wall)
    if (instant >= from) yield instant
  }
}

/** Of a time that clocks show twice it is the first; one that they skip is taken as if they had gone forward already. */
function instantOfWall(zone: Zone, wall: number): number {
  return instantOf(zone, wall, { ambiguous: 'first', skipped: 'after' }) * 1_000_000
}
