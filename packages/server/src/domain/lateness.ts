import { type Timestamp, secondsBetween } from '@slipway/contract'
import { type StateType, isTerminal } from './orchestration/verdict.ts'

interface RunClock {
  readonly state_type: StateType | null
  readonly state_timestamp: Timestamp | null
  readonly start_time: Timestamp | null
  readonly expected_start_time: Timestamp | null
  /** Seconds. */
  readonly total_run_time: number
}

/** Seconds in RUNNING, the current stay included. */
export function estimatedRunTime({ state_type, state_timestamp, total_run_time }: RunClock, now: Timestamp): number {
  if (state_type !== 'RUNNING' || state_timestamp === null) return total_run_time
  return total_run_time + secondsBetween(state_timestamp, now)
}

/** Seconds between expected and real start; of a run that has yet to start, how late it is by now. */
export function estimatedStartTimeDelta(run: RunClock, now: Timestamp): number {
  const { start_time, expected_start_time, state_type } = run
  if (expected_start_time === null) return 0
  if (start_time !== null) return Math.max(0, secondsBetween(expected_start_time, start_time))
  // A run without any state is nowhere late: nobody has asked for it to start.
  if (state_type === null || isTerminal(state_type)) return 0
  return Math.max(0, secondsBetween(expected_start_time, now))
}
