import type { Aftermath } from '../rule.ts'
import type { TaskRunFacts } from '../verdict.ts'

/** A task that is neither running nor cancelling holds no slots, however it got there. */
export const releaseTagSlots: Aftermath<TaskRunFacts> = {
  name: 'release-tag-slots',
  effects({ run }, written) {
    if (run.tags.length === 0 || written.type === 'RUNNING' || written.type === 'CANCELLING') return []
    return [{ kind: 'release-tag-slots', task_run_id: run.id }]
  },
}
