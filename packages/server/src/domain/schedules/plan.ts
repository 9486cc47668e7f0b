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

/** The scheduler's own settings in Prefect 3.8: three runs and an hour, at most a hundred runs and a hundred days. */
export const SCHEDULER_HORIZON: Horizon = { min_runs: 3, max_runs: 100, min_seconds: 3_600, max_seconds: 8_640_000 }

/** The dates for which runs should exist; none while enough are there. Those that exist already are among them. */
export function planSchedule(input: {
  readonly schedule: Schedule
  readonly now: Timestamp
  /** Auto-scheduled runs of this schedule that are still to come. */
  readonly existing_future_count: number
  /** The latest of them. */
  readonly furthest: Timestamp | null
  readonly horizon: Horizon
}): readonly Timestamp[] {
  const { existing_future_count, furthest, horizon, now, schedule } = input
  const isFar = furthest !== null && furthest >= addSeconds(now, horizon.min_seconds)
  if (existing_future_count >= horizon.min_runs && isFar) return []
  return scheduledDates({ schedule, start: now, end: addSeconds(now, horizon.max_seconds), horizon })
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
