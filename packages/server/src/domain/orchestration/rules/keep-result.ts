import type { Rule } from '../rule.ts'
import { type FlowRunFacts } from '../verdict.ts'
import { refuseResultLoss } from './terminal-states.ts'

/** Not even `force` may lose the reference to a stored result. */
export const keepResult: Rule<FlowRunFacts> = {
  name: 'keep-result',
  from: ['COMPLETED'],
  to: ['COMPLETED'],
  check({ run }, proposed) {
    return run.state === null ? null : refuseResultLoss(run.state, proposed)
  },
}
