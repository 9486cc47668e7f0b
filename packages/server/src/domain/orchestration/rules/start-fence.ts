import type { Rule } from '../rule.ts'
import { ANY_ORIGIN, type FlowRunFacts, STATE_TYPES, isTerminal } from '../verdict.ts'
import { ALREADY_MADE } from './prevent-duplicate-transitions.ts'

/**
 * At most one process of a submission runs the flow, whatever the cloud starts. It holds for callers with the run
 * credential of this run's submission, also with `force`. A process is known by the transition id of its first RUNNING;
 * only a retry in the same process may bring another one, and it must come from the same client as the start.
 */
export const startFence: Rule<FlowRunFacts> = {
  name: 'start-fence',
  from: ANY_ORIGIN,
  to: STATE_TYPES,
  check({ run, submission, fresh }, proposed) {
    if (submission === null) return null
    const type = run.state?.type ?? null
    // A replaced attempt has no say any more. Its run may still be cancelling, which it may confirm.
    if (submission.is_void && type !== 'CANCELLING') {
      return { kind: 'abort', reason: 'This attempt was given up; a process of it must not report states of the run.' }
    }
    if (proposed.type !== 'RUNNING') return null
    const transition_id = proposed.state_details.transition_id ?? fresh.state_id
    if (submission.start_transition_id === transition_id) return { kind: 'reject', state: null, reason: ALREADY_MADE }
    if (type !== null && isTerminal(type)) {
      return { kind: 'abort', reason: `Run is already in terminal state ${type}.` }
    }
    const is_same_client = (submission.start_client_id ?? null) === (submission.client_id ?? null)
    const retries_in_process =
      type === 'SCHEDULED' && run.empirical_policy.retry_type === 'in_process' && is_same_client
    if (submission.start_transition_id !== null && !retries_in_process) {
      return { kind: 'abort', reason: 'This run was already started by another process of the same submission.' }
    }
    return {
      kind: 'pass',
      effects: [
        {
          kind: 'mark-submission-started',
          submission_id: submission.id,
          transition_id,
          client_id: submission.client_id ?? null,
        },
      ],
    }
  },
}
