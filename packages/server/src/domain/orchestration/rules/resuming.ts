import { proposeState } from '../proposal.ts'
import type { Rule } from '../rule.ts'
import { type FlowRunFacts, type ProposedState, STATE_TYPES, isTerminal } from '../verdict.ts'

/**
 * Leaving a pause. Every answer, a refusal too, leaves the run marked as resuming (measured on the stock server), and
 * the mark is set after bookkeeping: a pause that ends in RUNNING counts as a run, the next RUNNING does not.
 */
export const resuming: Rule<FlowRunFacts> = {
  name: 'resuming',
  from: ['PAUSED'],
  to: STATE_TYPES,
  check({ run, now }, proposed) {
    if (run.state === null) return null
    const after = { policy: { resuming: true } }
    if (!mayFollowPause(proposed)) {
      const reason = `This run cannot transition to the StateType.${proposed.type} state from the StateType.PAUSED state.`
      return { kind: 'reject', state: null, reason, after }
    }
    const { pause_reschedule, pause_timeout } = run.state.state_details
    const name = proposed.name.toLowerCase()
    if (pause_reschedule && run.deployment_id === null) {
      return {
        kind: 'reject',
        state: null,
        reason: `Cannot reschedule a ${name} flow run without a deployment.`,
        after,
      }
    }
    // The process of a pause is alive, and cancelling must reach it even after the deadline.
    if (proposed.type !== 'CANCELLING' && pause_timeout !== null && pause_timeout < now) {
      const verb = proposed.name === 'Suspended' ? 'suspend' : 'pause'
      return {
        kind: 'reject',
        state: proposeState({ type: 'FAILED', message: `The flow was ${name} and never resumed.` }, now),
        reason: `The flow run ${verb} has timed out and can no longer resume.`,
        after,
      }
    }
    return { kind: 'pass', after }
  },
}

function mayFollowPause({ type }: ProposedState): boolean {
  return type === 'RUNNING' || type === 'SCHEDULED' || type === 'CANCELLING' || isTerminal(type)
}
