import type { Rule } from '../rule.ts'
import { ANY_ORIGIN, type FlowRunFacts, STATE_TYPES } from '../verdict.ts'

export const ALREADY_MADE = 'This run has already made this state transition.'

/** A client whose answer got lost sends the same transition again; it must not count twice. */
export const preventDuplicateTransitions: Rule<FlowRunFacts> = {
  name: 'prevent-duplicate-transitions',
  from: ANY_ORIGIN,
  to: STATE_TYPES,
  check({ run }, proposed) {
    const { transition_id } = proposed.state_details
    if (transition_id === null || transition_id !== run.state?.state_details.transition_id) return null
    return { kind: 'reject', state: null, reason: ALREADY_MADE }
  },
}
