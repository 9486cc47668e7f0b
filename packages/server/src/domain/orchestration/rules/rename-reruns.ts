import type { Rule } from '../rule.ts'
import { STATE_TYPES, type TaskRunFacts } from '../verdict.ts'

/** Later runs are told apart by name. A run count that was just reset counts as none. */
export const renameReruns: Rule<TaskRunFacts> = {
  name: 'rename-reruns',
  from: STATE_TYPES,
  to: ['RUNNING'],
  check({ run }, proposed) {
    if (run.run_count === 0) return null
    const name = run.state?.name === 'AwaitingRetry' ? 'Retrying' : 'Rerunning'
    return { kind: 'pass', proposed: { ...proposed, name } }
  },
}
