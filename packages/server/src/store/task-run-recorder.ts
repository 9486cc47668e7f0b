import type { JsonObject, Timestamp } from '@slipway/contract'
import type { Transaction } from './database.ts'
import { sql } from './sql.ts'

/** By what a task run that a client reports is found again: its place in the flow run, else its id. */
export interface TaskRunKey {
  readonly id: string
  readonly flow_run_id: string | null
  readonly task_key: string
  readonly dynamic_key: string
}

export interface KnownTaskRun extends TaskRunKey {
  readonly workspace_id: string
  readonly state_timestamp: Timestamp | null
}

/** Those of the reported task runs that exist, locked in id order. */
export async function lockReportedTaskRuns(
  tx: Transaction,
  workspace_id: string,
  keys: readonly TaskRunKey[],
): Promise<readonly KnownTaskRun[]> {
  return await tx.query<KnownTaskRun>(sql`
    with reported as materialized (
      select x.*
      from json_to_recordset(${JSON.stringify(keys)}::json) as x(id uuid, flow_run_id uuid, task_key text, dynamic_key text)
    )
    select t.id, t.workspace_id, t.flow_run_id, t.task_key, t.dynamic_key, t.state_timestamp
    from task_run t
    where t.id in (
      select r.id from reported r
      union
      select n.id
      from reported r
      join task_run n on n.flow_run_id = r.flow_run_id and n.task_key = r.task_key and n.dynamic_key = r.dynamic_key
      union
      select n.id
      from reported r
      join task_run n on n.workspace_id = ${workspace_id}
        and n.flow_run_id is null and n.task_key = r.task_key and n.dynamic_key = r.dynamic_key
      where r.flow_run_id is null
    )
    order by t.id
    for no key update
  `)
}

/** All columns that a report may carry; `present` names those that it does carry. */
export interface ReportedTaskRun extends TaskRunKey {
  readonly present: readonly string[]
  readonly name: string | null
  readonly cache_key: string | null
  readonly cache_expiration: Timestamp | null
  readonly task_version: string | null
  readonly empirical_policy: JsonObject | null
  readonly tags: readonly string[] | null
  readonly labels: JsonObject | null
  readonly task_inputs: JsonObject | null
  readonly run_count: number | null
  readonly flow_run_run_count: number | null
  readonly expected_start_time: Timestamp | null
  readonly next_scheduled_start_time: Timestamp | null
  readonly start_time: Timestamp | null
  readonly end_time: Timestamp | null
  readonly total_run_time: number | null
  readonly state: JsonObject
  readonly state_id: string
  readonly state_type: string
  readonly state_name: string
  readonly state_timestamp: Timestamp
}

const record = sql`
  id uuid, flow_run_id uuid, task_key text, dynamic_key text, present text[], name text, cache_key text,
  cache_expiration timestamptz, task_version text, empirical_policy json, tags text[], labels json, task_inputs json,
  run_count integer, flow_run_run_count integer, expected_start_time timestamptz, next_scheduled_start_time timestamptz,
  start_time timestamptz, end_time timestamptz, total_run_time double precision, state json, state_id uuid,
  state_type text, state_name text, state_timestamp timestamptz`

/** Returns the ids of those that were inserted; another transaction may have been first with the others. */
export async function insertReportedTaskRuns(
  tx: Transaction,
  workspace_id: string,
  rows: readonly ReportedTaskRun[],
  now: Timestamp,
): Promise<readonly string[]> {
  if (rows.length === 0) return []
  const inserted = await tx.query<{ id: string }>(sql`
    insert into task_run (id, workspace_id, created, updated, name, flow_run_id, task_key, dynamic_key, cache_key,
      cache_expiration, task_version, empirical_policy, tags, labels, task_inputs, state, state_id, state_type, state_name,
      state_timestamp, run_count, flow_run_run_count, expected_start_time, next_scheduled_start_time, start_time, end_time,
      total_run_time)
    select x.id, ${workspace_id}::uuid, ${now}::timestamptz, ${now}::timestamptz, coalesce(x.name, x.task_key), x.flow_run_id,
      x.task_key, x.dynamic_key, x.cache_key, x.cache_expiration, x.task_version, coalesce(x.empirical_policy, '{}'),
      coalesce(x.tags, '{}'), coalesce(x.labels, '{}'), coalesce(x.task_inputs, '{}'), x.state, x.state_id, x.state_type,
      x.state_name, x.state_timestamp, coalesce(x.run_count, 0), coalesce(x.flow_run_run_count, 0), x.expected_start_time,
      x.next_scheduled_start_time, x.start_time, x.end_time, coalesce(x.total_run_time, 0)
    from json_to_recordset(${JSON.stringify(rows)}::json) as x(${record})
    order by x.id
    on conflict do nothing
    returning id
  `)
  return inserted.map(({ id }) => id)
}

/** Writes what each report carries and leaves the rest; the caller holds the rows' locks. */
export async function updateReportedTaskRuns(
  tx: Transaction,
  rows: readonly ReportedTaskRun[],
  now: Timestamp,
): Promise<void> {
  if (rows.length === 0) return
  await tx.query(sql`
    update task_run t
    set name = case when 'name' = any(x.present) then x.name else t.name end,
      cache_key = case when 'cache_key' = any(x.present) then x.cache_key else t.cache_key end,
      cache_expiration = case when 'cache_expiration' = any(x.present) then x.cache_expiration else t.cache_expiration end,
      task_version = case when 'task_version' = any(x.present) then x.task_version else t.task_version end,
      empirical_policy = case when 'empirical_policy' = any(x.present) then x.empirical_policy else t.empirical_policy end,
      tags = case when 'tags' = any(x.present) then x.tags else t.tags end,
      labels = case when 'labels' = any(x.present) then x.labels else t.labels end,
      task_inputs = case when 'task_inputs' = any(x.present) then x.task_inputs else t.task_inputs end,
      run_count = case when 'run_count' = any(x.present) then x.run_count else t.run_count end,
      flow_run_run_count =
        case when 'flow_run_run_count' = any(x.present) then x.flow_run_run_count else t.flow_run_run_count end,
      expected_start_time =
        case when 'expected_start_time' = any(x.present) then x.expected_start_time else t.expected_start_time end,
      next_scheduled_start_time = case when 'next_scheduled_start_time' = any(x.present) then x.next_scheduled_start_time
        else t.next_scheduled_start_time end,
      start_time = case when 'start_time' = any(x.present) then x.start_time else t.start_time end,
      end_time = case when 'end_time' = any(x.present) then x.end_time else t.end_time end,
      total_run_time = case when 'total_run_time' = any(x.present) then x.total_run_time else t.total_run_time end,
      state = x.state,
      state_id = x.state_id,
      state_type = x.state_type,
      state_name = x.state_name,
      state_timestamp = x.state_timestamp,
      updated = ${now}
    from json_to_recordset(${JSON.stringify(rows)}::json) as x(${record})
    where t.id = x.id
  `)
}

export interface ReportedState {
  readonly id: string
  readonly task_run_id: string
  readonly timestamp: Timestamp
  readonly type: string
  readonly name: string
  readonly state: JsonObject
}

/** History: every reported state once, however often and in whatever order it is reported. */
export async function insertReportedStates(
  tx: Transaction,
  workspace_id: string,
  states: readonly ReportedState[],
): Promise<void> {
  if (states.length === 0) return
  await tx.query(sql`
    insert into task_run_state (id, workspace_id, task_run_id, timestamp, type, name, state)
    select x.id, ${workspace_id}::uuid, x.task_run_id, x.timestamp, x.type, x.name, x.state
    from json_to_recordset(${JSON.stringify(states)}::json) as x(
      id uuid, task_run_id uuid, timestamp timestamptz, type text, name text, state json)
    order by x.id
    on conflict do nothing
  `)
}
