import type { Rule } from '../rule.ts'
import { ANY_ORIGIN, type TaskRunFacts } from '../verdict.ts'

/** A deferred task goes to whoever subscribed to its key; a retry goes first. */
export const enqueueBackgroundTask: Rule<TaskRunFacts> = {
  name: 'enqueue-background-task',
  from: ANY_ORIGIN,
  to: ['SCHEDULED'],
  check({ run }, proposed) {
    if (proposed.state_details.deferred !== true) return null
    const is_retry = proposed.name === 'AwaitingRetry'
    return {
      kind: 'pass',
      effects: [{ kind: 'enqueue-background-task', task_key: run.task_key, task_run_id: run.id, is_retry }],
    }
  },
}
