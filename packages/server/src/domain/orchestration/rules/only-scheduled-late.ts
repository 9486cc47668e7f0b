import type { Rule } from '../rule.ts'
import { type FlowRunFacts, STATE_TYPES } from '../verdict.ts'

/** Between the look that found a run late and the mark, the run may have started. */
export const onlyScheduledLate: Rule<FlowRunFacts> = {
  name: 'only-scheduled-late',
  from: STATE_TYPES,
  to: ['SCHEDULED'],
  check({ run }, proposed) {
    if (proposed.name !== 'Late' || run.state === null) return null
    if (run.state.type !== 'SCHEDULED') {
      return { kind: 'reject', state: null, reason: 'Only scheduled flows can be marked late.' }
    }
    if (run.state.name === 'Late') {
      return { kind: 'reject', state: null, reason: 'This flow run is already marked late.' }
    }
    return null
  },
}
