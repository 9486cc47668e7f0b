import type { Rule } from '../rule.ts'
import { type FlowRunFacts, STATE_TYPES } from '../verdict.ts'

/** An engine that finishes late must not undo a cancellation that somebody was promised. */
export const cancellingToCancelled: Rule<FlowRunFacts> = {
  name: 'cancelling-to-cancelled',
  from: ['CANCELLING'],
  to: STATE_TYPES.filter((type) => type !== 'CANCELLED'),
  check() {
    return {
      kind: 'reject',
      state: null,
      reason: 'Cannot transition flows that are cancelling to a state other than Cancelled.',
    }
  },
}
