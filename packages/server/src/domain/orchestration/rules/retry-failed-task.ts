import { addSeconds } from '@slipway/contract'
import { jitter } from '../../backoff.ts'
import { proposeState } from '../proposal.ts'
import type { Rule } from '../rule.ts'
import type { TaskRunFacts, TaskRunPolicy } from '../verdict.ts'

/** Unless the task itself said that trying again is pointless. */
export const retryFailedTask: Rule<TaskRunFacts> = {
  name: 'retry-failed-task',
  from: ['RUNNING'],
  to: ['FAILED'],
  check({ run, now, fresh }, { message, data, state_details }) {
    const { retries } = run.empirical_policy
    if (run.state === null || state_details.retriable === false) return null
    if (retries === null || run.run_count > retries) return null
    const scheduled_time = addSeconds(now, delaySeconds(run.empirical_policy, run.run_count, fresh.fraction))
    return {
      kind: 'reject',
      state: proposeState(
        { type: 'SCHEDULED', name: 'AwaitingRetry', message, data, state_details: { scheduled_time } },
        now,
      ),
      reason: 'Retrying',
    }
  },
}

/** The delays of a list are used in turn, the last one for all further tries. */
function delaySeconds(
  { retry_delay, retry_jitter_factor }: TaskRunPolicy,
  run_count: number,
  fraction: number,
): number {
  const base =
    typeof retry_delay === 'number' ? retry_delay : (retry_delay?.at(Math.min(run_count, retry_delay.length) - 1) ?? 0)
  return base > 0 && retry_jitter_factor !== null && retry_jitter_factor > 0
    ? jitter(base, retry_jitter_factor, fraction)
    : base
}
