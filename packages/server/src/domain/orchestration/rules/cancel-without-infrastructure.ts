import { proposeState } from '../proposal.ts'
import type { Rule } from '../rule.ts'
import type { FlowRunFacts } from '../verdict.ts'

/** Where nothing runs there is nobody who could confirm a cancellation: it is done at once. */
export const cancelWithoutInfrastructure: Rule<FlowRunFacts> = {
  name: 'cancel-without-infrastructure',
  from: ['SCHEDULED', 'PAUSED'],
  to: ['CANCELLING'],
  check({ run, now }) {
    const { state } = run
    if (state === null) return null
    const cancelled = proposeState({ type: 'CANCELLED' }, now)
    const has_no_process = state.type === 'SCHEDULED' && (run.infrastructure_pid ?? '') === ''
    if (has_no_process || state.name === 'Resuming') {
      return { kind: 'reject', state: cancelled, reason: 'Scheduled flow run has no infrastructure to terminate.' }
    }
    if (state.type === 'PAUSED' && state.state_details.pause_reschedule) {
      return { kind: 'reject', state: cancelled, reason: 'Suspended flow run has no infrastructure to terminate.' }
    }
    return null
  },
}
