import { addSeconds, type Timestamp } from '@slipway/contract'
import { nextOccurrences } from './next-occurrences.ts'
import type { Schedule } from './schedule.ts'

/** How far ahead runs are made: at least `min_runs` of them and to `min_seconds` from now, at most `max_runs` and `max_seconds`. */
export interface Horizon {
  readonly min_runs: number
  readonly max_runs: number
  readonly min_seconds: number
  readonly max_seconds: number
}

/** The dates from `start` on, until both minimums are reached or a maximum is; what `POST /deployments/{id}/schedule` makes. */
export function scheduledDates(input: {
  readonly schedule: Schedule
  readonly start: Timestamp
  readonly end: Timestamp
  readonly horizon: Pick<Horizon, 'min_runs' | 'max_runs' | 'min_seconds'>
}): readonly Timestamp[] {
  const { end, horizon, schedule, start } = input
  const dates = nextOccurrences(schedule, start, { until: end, max: horizon.max_runs })
  const least = addSeconds(start, horizon.min_seconds)
  const enough = dates.findIndex((date, index) => index + 1 >= horizon.min_runs && date >= least)
  return enough === -1 ? dates : dates.slice(0, enough + 1)
}
