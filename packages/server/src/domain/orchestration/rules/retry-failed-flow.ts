import { addSeconds } from '@slipway/contract'
import { proposeState } from '../proposal.ts'
import type { Rule } from '../rule.ts'
import type { FlowRunFacts } from '../verdict.ts'

/** The same process tries again, so it keeps its slot, and nobody else may be given the run meanwhile. */
export const retryFailedFlow: Rule<FlowRunFacts> = {
  name: 'retry-failed-flow',
  from: ['RUNNING'],
  to: ['FAILED'],
  check({ run, now }, proposed) {
    const { retries, retry_delay } = run.empirical_policy
    if (run.state === null) return null
    if (retries === null || run.run_count > retries) return { kind: 'pass', before: { policy: { retry_type: null } } }
    return {
      kind: 'reject',
      state: proposeState(
        {
          type: 'SCHEDULED',
          name: 'AwaitingRetry',
          message: proposed.message,
          data: proposed.data,
          state_details: {
            scheduled_time: addSeconds(now, retry_delay ?? 0),
            deployment_concurrency_lease_id: run.state.state_details.deployment_concurrency_lease_id,
          },
        },
        now,
      ),
      reason: 'Retrying',
      before: { policy: { resuming: false, pause_keys: [], retry_type: 'in_process' } },
    }
  },
}
