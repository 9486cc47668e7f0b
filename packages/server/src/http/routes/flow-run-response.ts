import type { FlowRunResponse, Timestamp } from '@slipway/contract'
import { estimatedRunTime, estimatedStartTimeDelta } from '../../domain/lateness.ts'
import type { StateType } from '../../domain/orchestration/verdict.ts'
import type { ListedFlowRunRow } from '../../store/flow-run-lists.ts'

/** A stored run as the API shows it; what depends on the moment is computed here. */
export function flowRunResponse(row: ListedFlowRunRow, now: Timestamp): FlowRunResponse {
  // The column holds nothing but state types; the catalog only knows text.
  const clock = { ...row, state_type: row.state_type as StateType | null }
  const response = {
    id: row.id,
    created: row.created,
    updated: row.updated,
    name: row.name,
    flow_id: row.flow_id,
    state_id: row.state_id,
    deployment_id: row.deployment_id,
    deployment_version: row.deployment_version,
    // A queue that was deleted is shown as none, so that clients do not ask for it.
    work_queue_id: row.queue_name === null ? null : row.work_queue_id,
    work_queue_name: row.queue_name ?? row.work_queue_name,
    flow_version: row.flow_version,
    parameters: row.parameters,
    idempotency_key: row.idempotency_key,
    context: row.context,
    empirical_policy: row.empirical_policy,
    tags: row.tags,
    labels: row.labels,
    parent_task_run_id: row.parent_task_run_id,
    state_type: row.state_type,
    state_name: row.state_name,
    run_count: row.run_count,
    expected_start_time: row.expected_start_time,
    next_scheduled_start_time: row.next_scheduled_start_time,
    start_time: row.start_time,
    end_time: row.end_time,
    total_run_time: row.total_run_time,
    estimated_run_time: estimatedRunTime(clock, now),
    estimated_start_time_delta: estimatedStartTimeDelta(clock, now),
    auto_scheduled: row.auto_scheduled,
    infrastructure_document_id: row.infrastructure_document_id,
    infrastructure_pid: row.infrastructure_pid,
    created_by: row.created_by,
    work_pool_id: row.work_pool_id,
    work_pool_name: row.work_pool_name,
    state: row.state,
    job_variables: row.job_variables,
  }
  // JSON columns were validated against these very schemas when they were written.
  return response as unknown as FlowRunResponse
}
