import { type Rule, amend } from '../rule.ts'
import type { TaskRunFacts } from '../verdict.ts'

/** Where the caller stored the parameters of a background task; whoever runs it needs to know. */
export const copyTaskParametersId: Rule<TaskRunFacts> = {
  name: 'copy-task-parameters-id',
  from: ['SCHEDULED', 'PENDING'],
  to: ['PENDING', 'RUNNING'],
  check({ run }, proposed) {
    if (run.state === null || proposed.state_details.task_parameters_id !== null) return null
    return {
      kind: 'pass',
      proposed: amend(proposed, { task_parameters_id: run.state.state_details.task_parameters_id }),
    }
  },
}
