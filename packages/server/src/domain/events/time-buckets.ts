import { addSeconds, secondsBetween, type Timestamp } from '@slipway/contract'

const UNIT_SECONDS = { week: 604_800, day: 86_400, hour: 3_600, minute: 60, second: 1 }
/** What a person means who asks without saying since when. */
const DEFAULT_SECONDS = 7 * 86_400
const MOST_BUCKETS = 1_000

export type TimeUnit = keyof typeof UNIT_SECONDS

export interface TimeBuckets {
  readonly since: Timestamp
  readonly until: Timestamp
  readonly seconds: number
}

export interface TimeQuestion {
  readonly since: Timestamp | undefined
  readonly until: Timestamp | undefined
  readonly unit: TimeUnit
  readonly interval: number
}

/** Stretches of equal length from `since` on; a text when there would be too many of them. */
export function timeBuckets({ since, until, unit, interval }: TimeQuestion, now: Timestamp): TimeBuckets | string {
  const end = until ?? now
  const start = since ?? addSeconds(end, -DEFAULT_SECONDS)
  const seconds = UNIT_SECONDS[unit] * interval
  const count = Math.ceil(Math.max(0, secondsBetween(start, end)) / seconds)
  if (count <= MOST_BUCKETS) return { since: start, until: end, seconds }
  return `The given interval would create ${count} buckets, the most is ${MOST_BUCKETS}. Increase the interval or shorten the time.`
}
