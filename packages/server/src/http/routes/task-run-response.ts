import type { TaskRun, TaskRunResponse, Timestamp } from '@slipway/contract'
import { estimatedRunTime, estimatedStartTimeDelta } from '../../domain/lateness.ts'
import type { StateType } from '../../domain/orchestration/verdict.ts'
import type { TaskRunRow } from '../../store/rows.ts'

/** What reports of clients may leave out. */
const NO_POLICY = {
  max_retries: 0,
  retry_delay_seconds: 0,
  retries: null,
  retry_delay: null,
  retry_jitter_factor: null,
}

/** A stored task run as the API shows it; what depends on the moment is computed here. */
export function taskRunView(row: TaskRunRow, now: Timestamp): TaskRun {
  // The column holds nothing but state types; the catalog only knows text.
  const clock = { ...row, state_type: row.state_type as StateType | null }
  const response = {
    id: row.id,
    created: row.created,
    updated: row.updated,
    name: row.name,
    flow_run_id: row.flow_run_id,
    task_key: row.task_key,
    dynamic_key: row.dynamic_key,
    cache_key: row.cache_key,
    cache_expiration: row.cache_expiration,
    task_version: row.task_version,
    empirical_policy: { ...NO_POLICY, ...(row.empirical_policy as object) },
    tags: row.tags,
    labels: row.labels,
    state_id: row.state_id,
    task_inputs: row.task_inputs,
    state_type: row.state_type,
    state_name: row.state_name,
    run_count: row.run_count,
    flow_run_run_count: row.flow_run_run_count,
    expected_start_time: row.expected_start_time,
    next_scheduled_start_time: row.next_scheduled_start_time,
    start_time: row.start_time,
    end_time: row.end_time,
    total_run_time: row.total_run_time,
    estimated_run_time: estimatedRunTime(clock, now),
    estimated_start_time_delta: estimatedStartTimeDelta(clock, now),
    state: row.state,
  }
  // JSON columns were validated against these very schemas when they were written.
  return response as unknown as TaskRun
}

/** The shorter one, in pages. */
export function taskRunOfPage(row: TaskRunRow, now: Timestamp): TaskRunResponse {
  const whole = taskRunView(row, now)
  return {
    id: whole.id,
    created: whole.created,
    updated: whole.updated,
    name: whole.name,
    flow_run_id: whole.flow_run_id,
    task_key: whole.task_key,
    state_id: whole.state_id,
    state: whole.state,
    task_version: whole.task_version,
    task_inputs: whole.task_inputs,
    empirical_policy: whole.empirical_policy,
    tags: whole.tags,
    start_time: whole.start_time,
    end_time: whole.end_time,
    total_run_time: whole.total_run_time,
    estimated_run_time: whole.estimated_run_time,
    estimated_start_time_delta: whole.estimated_start_time_delta,
  }
}
