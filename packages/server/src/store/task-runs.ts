import type { JsonObject, Timestamp } from '@slipway/contract'
import type { Queryable, Transaction } from './database.ts'
import { limitColumns } from './deployment-slots.ts'
import type { ConcurrencyLimitRow, TaskRunRow } from './rows.ts'
import { sql } from './sql.ts'

export const taskRunColumns = sql`
  t.id, t.workspace_id, t.created, t.updated, t.name, t.flow_run_id, t.task_key, t.dynamic_key, t.cache_key,
  t.cache_expiration, t.task_version, t.empirical_policy, t.tags, t.labels, t.task_inputs, t.state, t.state_id,
  t.state_type, t.state_name, t.state_timestamp, t.run_count, t.flow_run_run_count, t.expected_start_time,
  t.next_scheduled_start_time, t.start_time, t.end_time, t.total_run_time`

/** Locks in id order; always after the flow runs of the same transaction. */
export async function lockTaskRuns(tx: Transaction, ids: readonly string[]): Promise<TaskRunRow[]> {
  return await tx.query<TaskRunRow>(sql`
    select ${taskRunColumns}
    from task_run t
    where t.id = any(${ids}::uuid[])
    order by t.id
    for no key update
  `)
}

export async function findTaskRun(db: Queryable, workspace_id: string, id: string): Promise<TaskRunRow | null> {
  const [row] = await db.query<TaskRunRow>(sql`
    select ${taskRunColumns}
    from task_run t
    where t.id = ${id}
      and t.workspace_id = ${workspace_id}
  `)
  return row ?? null
}

export interface NewTaskRun {
  readonly id: string
  readonly workspace_id: string
  readonly created: Timestamp
  readonly name: string
  readonly flow_run_id: string | null
  readonly task_key: string
  readonly dynamic_key: string
  readonly cache_key: string | null
  readonly cache_expiration: Timestamp | null
  readonly task_version: string | null
  readonly empirical_policy: JsonObject
  readonly tags: readonly string[]
  readonly labels: JsonObject
  readonly task_inputs: JsonObject
}

/** Inserts task runs that have no state yet; one whose keys (or id) exist is left out. Tells those that are new. */
export async function insertTaskRuns(tx: Transaction, runs: readonly NewTaskRun[]): Promise<readonly TaskRunRow[]> {
  if (runs.length === 0) return []
  return await tx.query<TaskRunRow>(sql`
    insert into task_run as t (id, workspace_id, created, updated, name, flow_run_id, task_key, dynamic_key, cache_key,
      cache_expiration, task_version, empirical_policy, tags, labels, task_inputs)
    select x.id, x.workspace_id, x.created, x.created, x.name, x.flow_run_id, x.task_key, x.dynamic_key, x.cache_key,
      x.cache_expiration, x.task_version, x.empirical_policy, x.tags, x.labels, x.task_inputs
    from json_to_recordset(${JSON.stringify(runs)}::json) as x(
      id uuid, workspace_id uuid, created timestamptz, name text, flow_run_id uuid, task_key text, dynamic_key text,
      cache_key text, cache_expiration timestamptz, task_version text, empirical_policy json, tags text[], labels json,
      task_inputs json)
    on conflict do nothing
    returning ${taskRunColumns}
  `)
}

/** What makes a task run the same as another one. */
export interface TaskRunKey {
  readonly flow_run_id: string | null
  readonly task_key: string
  readonly dynamic_key: string
}

export async function findTaskRunByKey(
  db: Queryable,
  workspace_id: string,
  { flow_run_id, task_key, dynamic_key }: TaskRunKey,
): Promise<TaskRunRow | null> {
  const of = flow_run_id === null ? sql`t.flow_run_id is null` : sql`t.flow_run_id = ${flow_run_id}`
  const [row] = await db.query<TaskRunRow>(sql`
    select ${taskRunColumns}
    from task_run t
    where t.workspace_id = ${workspace_id}
      and ${of}
      and t.task_key = ${task_key}
      and t.dynamic_key = ${dynamic_key}
  `)
  return row ?? null
}

/** False when there is none. A name that is null stays as it is. */
export async function renameTaskRun(
  db: Queryable,
  workspace_id: string,
  id: string,
  name: string | null,
  now: Timestamp,
): Promise<boolean> {
  const rows = await db.query<{ id: string }>(sql`
    update task_run t
    set name = coalesce(${name}::text, t.name),
      updated = ${now}
    where t.workspace_id = ${workspace_id}
      and t.id = ${id}
    returning t.id
  `)
  return rows.length === 1
}

/** Wakes whoever hands out background tasks; delivered when the transaction commits. */
export async function notifyBackgroundTask(tx: Transaction): Promise<void> {
  await tx.query<{ told: boolean }>(sql`select pg_notify('slipway_task', '') is null as told`)
}

export interface TaskRunTransition {
  readonly id: string
  readonly workspace_id: string
  readonly state: JsonObject
  readonly state_id: string
  readonly state_type: string
  readonly state_name: string
  readonly state_timestamp: Timestamp
  readonly run_count: number
  readonly flow_run_run_count: number
  readonly expected_start_time: Timestamp | null
  readonly next_scheduled_start_time: Timestamp | null
  readonly start_time: Timestamp | null
  readonly end_time: Timestamp | null
  readonly total_run_time: number
}

/** The only statement by which orchestration changes a task run's state; what clients report comes by `recordTaskRuns`. */
export async function applyTaskRunTransitions(
  tx: Transaction,
  transitions: readonly TaskRunTransition[],
  now: Timestamp,
): Promise<void> {
  if (transitions.length === 0) return
  await tx.query(sql`
    with new as materialized (
      select x.*
      from json_to_recordset(${JSON.stringify(transitions)}::json) as x(
        id uuid, workspace_id uuid, state json, state_id uuid, state_type text, state_name text, state_timestamp timestamptz,
        run_count integer, flow_run_run_count integer, expected_start_time timestamptz,
        next_scheduled_start_time timestamptz, start_time timestamptz, end_time timestamptz, total_run_time double precision)
    ), history as (
      insert into task_run_state (id, workspace_id, task_run_id, timestamp, type, name, state)
      select n.state_id, n.workspace_id, n.id, n.state_timestamp, n.state_type, n.state_name, n.state
      from new n
      on conflict do nothing
    )
    update task_run t
    set state = n.state,
      state_id = n.state_id,
      state_type = n.state_type,
      state_name = n.state_name,
      state_timestamp = n.state_timestamp,
      run_count = n.run_count,
      flow_run_run_count = n.flow_run_run_count,
      expected_start_time = n.expected_start_time,
      next_scheduled_start_time = n.next_scheduled_start_time,
      start_time = n.start_time,
      end_time = n.end_time,
      total_run_time = n.total_run_time,
      updated = ${now}
    from new n
    where t.id = n.id
  `)
}

/** Unexpired result states by cache key, the newest of each key. */
export async function listCachedStates(
  db: Queryable,
  workspace_id: string,
  cache_keys: readonly string[],
  now: Timestamp,
): Promise<readonly { readonly cache_key: string; readonly state: JsonObject }[]> {
  return await db.query(sql`
    select distinct on (c.cache_key) c.cache_key, c.state
    from task_run_cache c
    where c.workspace_id = ${workspace_id}
      and md5(c.cache_key) = any(array(select md5(k) from unnest(${cache_keys}::text[]) k))
      and c.cache_key = any(${cache_keys}::text[])
      and (c.cache_expiration is null or c.cache_expiration > ${now})
    order by c.cache_key, c.created desc, c.id
  `)
}

export interface NewCachedState {
  readonly id: string
  readonly workspace_id: string
  readonly created: Timestamp
  readonly cache_key: string
  readonly cache_expiration: Timestamp | null
  readonly state: JsonObject
}

export async function insertCachedState(tx: Transaction, cached: NewCachedState): Promise<void> {
  await tx.query(sql`
    insert into task_run_cache (id, workspace_id, created, cache_key, cache_expiration, state)
    values (${cached.id}, ${cached.workspace_id}, ${cached.created}, ${cached.cache_key}, ${cached.cache_expiration},
      ${JSON.stringify(cached.state)}::json)
  `)
}

/** Active limits of tags, by the name `tag:<tag>`. */
export async function lockTagLimits(
  tx: Transaction,
  workspace_id: string,
  tags: readonly string[],
): Promise<ConcurrencyLimitRow[]> {
  const names = tags.map((tag) => `tag:${tag}`)
  return await tx.query<ConcurrencyLimitRow>(sql`
    select ${limitColumns}
    from concurrency_limit l
    where l.workspace_id = ${workspace_id}
      and l.name = any(${names}::text[])
      and l.active
    order by l.id
    for no key update
  `)
}
