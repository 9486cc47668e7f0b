import type { Rule } from '../rule.ts'
import { ANY_ORIGIN, type TaskRunFacts } from '../verdict.ts'

/** In which run of its flow a task ran last; a difference later tells that the flow is being retried. */
export const trackFlowRunCount: Rule<TaskRunFacts> = {
  name: 'track-flow-run-count',
  from: ANY_ORIGIN,
  to: ['RUNNING'],
  check({ flow_run }) {
    return flow_run === null ? null : { kind: 'pass', after: { flow_run_run_count: flow_run.run_count } }
  },
}
