import { type Aftermath, amend } from '../rule.ts'
import type { FlowRunFacts } from '../verdict.ts'

/** A subflow appears in its parent as a task run, which follows every state of it. */
export const mirrorToParent: Aftermath<FlowRunFacts> = {
  name: 'mirror-to-parent',
  effects({ run }, { type, name, message, data, state_details }) {
    if (run.parent_task_run_id === null) return []
    const proposed = amend({ type, name, message, data, state_details }, { child_flow_run_id: run.id })
    return [{ kind: 'mirror-to-parent-task-run', task_run_id: run.parent_task_run_id, proposed }]
  },
}
