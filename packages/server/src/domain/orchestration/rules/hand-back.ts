import type { Rule } from '../rule.ts'
import type { FlowRunFacts } from '../verdict.ts'

/**
 * A process that is being stopped may hand its run back. If the run had been retried in that process before, it would
 * still be marked so, and nobody else would ever be given it.
 */
export const handBack: Rule<FlowRunFacts> = {
  name: 'hand-back',
  from: ['PENDING', 'RUNNING'],
  to: ['SCHEDULED'],
  check({ run, submission }) {
    if (submission === null || run.empirical_policy.retry_type !== 'in_process') return null
    return { kind: 'pass', before: { policy: { retry_type: 'reschedule' } } }
  },
}
