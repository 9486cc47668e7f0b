import { holdsPersistedResult, isPersistedResult } from '../proposal.ts'
import type { Answer, Rule } from '../rule.ts'
import {
  type FlowRunFacts,
  type ProposedState,
  STATE_TYPES,
  type State,
  TERMINAL_TYPES,
  isTerminal,
} from '../verdict.ts'

/** Leaving a terminal state is a deliberate rerun; it starts with a clean policy. */
export const terminalStates: Rule<FlowRunFacts> = {
  name: 'terminal-states',
  from: TERMINAL_TYPES,
  to: STATE_TYPES,
  check({ run }, proposed) {
    const { state } = run
    if (state === null) return null
    if (proposed.type === 'CANCELLING' || proposed.type === 'PAUSED' || proposed.type === 'CRASHED') {
      return { kind: 'abort', reason: `Run is already in terminal state ${state.type}.` }
    }
    if (isTerminal(proposed.type)) return refuseResultLoss(state, proposed)
    if (state.type === 'COMPLETED' && holdsPersistedResult(state.data)) {
      return { kind: 'reject', state: null, reason: 'Run is already COMPLETED.' }
    }
    if (proposed.type === 'SCHEDULED' && run.deployment_id === null) {
      return { kind: 'abort', reason: 'Cannot reschedule a run without an associated deployment.' }
    }
    const retry_type = proposed.type === 'SCHEDULED' ? 'reschedule' : null
    return { kind: 'pass', before: { policy: { resuming: false, pause_keys: [], retry_type } } }
  },
}

/** Shared with the rule that holds even with `force`. */
export function refuseResultLoss(state: State, proposed: ProposedState): Answer | null {
  if (state.type !== 'COMPLETED' || proposed.type !== 'COMPLETED') return null
  if (!holdsPersistedResult(state.data) || isPersistedResult(proposed.data)) return null
  return {
    kind: 'reject',
    state: null,
    reason: 'Cannot overwrite a COMPLETED state that carries persisted result data with one that does not.',
  }
}
