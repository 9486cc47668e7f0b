import { addSeconds, type Timestamp } from '@slipway/contract'
import type { Horizon } from './plan.ts'

/** A schedule without a date in sight may get one as time goes by: yearly ones, beyond the horizon today. */
const NOTHING_IN_SIGHT_SECONDS = 86_400
/** Paused deployments plan nothing; whoever resumes them says so. */
export const NEVER: Timestamp = '9999-12-31T00:00:00.000000Z'

/**
 * When the scheduler has to look at a schedule again: when fewer runs than the least are ahead, or the time ahead
 * falls short. Not sooner than `patience_seconds`, so that a schedule of seconds is not planned every second, and never
 * later than its last planned date.
 */
export function lookAgainAt(input: {
  /** Ascending; those that are planned now. */
  readonly dates: readonly Timestamp[]
  readonly now: Timestamp
  readonly horizon: Pick<Horizon, 'min_runs' | 'min_seconds'>
  readonly patience_seconds: number
}): Timestamp {
  const { dates, horizon, now, patience_seconds } = input
  const last = dates.at(-1)
  if (last === undefined) return addSeconds(now, NOTHING_IN_SIGHT_SECONDS)
  const tooFew = dates.at(-horizon.min_runs) ?? last
  const wanted = earlier(tooFew, addSeconds(last, -horizon.min_seconds))
  return earlier(later(wanted, addSeconds(now, patience_seconds)), last)
}

function earlier(a: Timestamp, b: Timestamp): Timestamp {
  return a < b ? a : b
}

function later(a: Timestamp, b: Timestamp): Timestamp {
  return a > b ? a : b
}
