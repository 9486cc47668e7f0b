import { holdsPersistedResult } from '../proposal.ts'
import type { Rule } from '../rule.ts'
import { STATE_TYPES, TERMINAL_TYPES, type TaskRunFacts, isTerminal } from '../verdict.ts'

/** A task that leaves a terminal state has all its retries again: that happens when its flow is retried. */
export const terminalTaskStates: Rule<TaskRunFacts> = {
  name: 'terminal-task-states',
  from: TERMINAL_TYPES,
  to: STATE_TYPES,
  check({ run, flow_run }, proposed) {
    const { state } = run
    if (state === null) return null
    if (proposed.type === 'CANCELLING' || proposed.type === 'PAUSED' || proposed.type === 'CRASHED') {
      return { kind: 'abort', reason: `Run is already ${state.type}.` }
    }
    if (state.type === 'COMPLETED' && holdsPersistedResult(state.data)) {
      return { kind: 'reject', state: null, reason: 'This run is already completed.' }
    }
    if (isTerminal(proposed.type)) return null
    const flow_retries = flow_run !== null && run.flow_run_run_count < flow_run.run_count
    return {
      kind: 'pass',
      before: { run_count: 0 },
      ...(proposed.type === 'RUNNING' && flow_retries ? { proposed: { ...proposed, name: 'Retrying' } } : {}),
    }
  },
}
