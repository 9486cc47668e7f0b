import type { FlowRunResponse, Timestamp } from '@slipway/contract'
import { estimatedRunTime, estimatedStartTimeDelta } from '../../domain/lateness.ts'
import type { StateType } from '../../domain/orchestration/verdict.ts'
import { type ListedFlowRunRow, OPAQUE_COLUMNS, type OpaqueFlowRunRow } from '../../store/flow-run-lists.ts'
import { preparedJson } from '../mount.ts'

/** A stored run as the API shows it; what depends on the moment is computed here. */
export function flowRunResponse(row: ListedFlowRunRow, now: Timestamp): FlowRunResponse {
  const { parameters, context, empirical_policy, labels, created_by, state, job_variables } = row
  const response = {
    ...plainFields(row, now),
    parameters,
    context,
    empirical_policy,
    labels,
    created_by,
    state,
    job_variables,
  }
  // JSON columns were validated against these very schemas when they were written.
  return response as unknown as FlowRunResponse
}

/** The same for a list, whose JSON columns came as text and go as text. */
export function flowRunResponses(rows: readonly OpaqueFlowRunRow[], now: Timestamp): FlowRunResponse[] {
  return preparedJson(listText(rows, now))
}

/** One page of it. */
export function flowRunPage(
  rows: readonly OpaqueFlowRunRow[],
  page: { readonly count: number; readonly limit: number; readonly pages: number; readonly page: number },
  now: Timestamp,
) {
  return preparedJson<typeof page & { results: FlowRunResponse[] }>(
    `${opened(JSON.stringify(page))},"results":${listText(rows, now)}}`,
  )
}

function listText(rows: readonly OpaqueFlowRunRow[], now: Timestamp): string {
  return `[${rows.map((row) => rowText(row, now)).join(',')}]`
}

function rowText(row: OpaqueFlowRunRow, now: Timestamp): string {
  let text = opened(JSON.stringify(plainFields(row, now)))
  for (const column of OPAQUE_COLUMNS) text += `,"${column}":${row[column] ?? 'null'}`
  return `${text}}`
}

/** An object's text without its end, so that more can follow. */
function opened(object: string): string {
  return object.slice(0, -1)
}

type PlainRow = Omit<ListedFlowRunRow, (typeof OPAQUE_COLUMNS)[number]>

function plainFields(row: PlainRow, now: Timestamp) {
  const clock = {
    // The column holds nothing but state types; the catalog only knows text.
    state_type: row.state_type as StateType | null,
    state_timestamp: row.state_timestamp,
    start_time: row.start_time,
    expected_start_time: row.expected_start_time,
    total_run_time: row.total_run_time,
  }
  return {
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
    idempotency_key: row.idempotency_key,
    tags: row.tags,
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
    work_pool_id: row.work_pool_id,
    work_pool_name: row.work_pool_name,
  }
}
