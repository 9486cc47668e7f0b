import {
  type FlowRunSlotSummary,
  secondsBetween,
  type Timestamp,
  type WorkerResponse,
  type WorkPoolResponse,
  type WorkQueue,
  type WorkQueueResponse,
} from '@slipway/contract'
import type { SlotHolder } from '../../store/coming-runs.ts'
import type { WorkerRow, WorkPoolRow, WorkQueueRow } from '../../store/rows.ts'
import type { NamedWorkQueueRow } from '../../store/work-queues.ts'

const NO_STORAGE = { bundle_upload_step: null, bundle_execution_step: null, default_result_storage_block_id: null }

/** Slots are told only where they are limited. */
export function workPoolResponse(row: WorkPoolRow, active_slots: number): WorkPoolResponse {
  const response = {
    id: row.id,
    created: row.created,
    updated: row.updated,
    name: row.name,
    description: row.description,
    type: row.type,
    base_job_template: row.base_job_template,
    is_paused: row.is_paused,
    concurrency_limit: row.concurrency_limit,
    // Agents had no heartbeats that could make their pools ready.
    status: row.type === 'prefect-agent' ? null : row.status,
    default_queue_id: row.default_queue_id,
    storage_configuration: { ...NO_STORAGE, ...asObject(row.storage_configuration) },
    active_slots: row.concurrency_limit === null ? null : active_slots,
  }
  // JSON columns and the status were validated against these very schemas when they were written.
  return response as WorkPoolResponse
}

export function workQueueResponse(row: NamedWorkQueueRow, active_slots: number): WorkQueueResponse {
  const { work_pool_name, status } = row
  const limited = row.concurrency_limit === null ? null : active_slots
  // The column holds nothing but statuses; the catalog only knows text.
  return { ...plainWorkQueue(row), work_pool_name, status, active_slots: limited } as WorkQueueResponse
}

export function plainWorkQueue(row: WorkQueueRow): WorkQueue {
  const queue = {
    id: row.id,
    created: row.created,
    updated: row.updated,
    name: row.name,
    description: row.description,
    is_paused: row.is_paused,
    concurrency_limit: row.concurrency_limit,
    priority: row.priority,
    work_pool_id: row.work_pool_id,
    filter: row.filter,
    last_polled: row.last_polled,
  }
  // `filter` is written from this schema only.
  return queue as WorkQueue
}

export function workerResponse(row: WorkerRow): WorkerResponse {
  const response = {
    id: row.id,
    created: row.created,
    updated: row.updated,
    name: row.name,
    work_pool_id: row.work_pool_id,
    last_heartbeat_time: row.last_heartbeat_time,
    heartbeat_interval_seconds: row.heartbeat_interval_seconds,
    status: row.status,
  }
  return response as WorkerResponse
}

/** A run that holds a slot, and for how long it is in its state. */
export function slotSummary(run: SlotHolder, now: Timestamp): FlowRunSlotSummary {
  const { id, name, state_type, state_name, start_time, state_timestamp } = run
  const time_in_current_state = state_timestamp === null ? null : secondsBetween(state_timestamp, now)
  return { id, name, state_type, state_name, start_time, state_timestamp, time_in_current_state } as FlowRunSlotSummary
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {}
}
