import type { JsonObject, Timestamp } from '@slipway/contract'
import type { Queryable, Transaction } from './database.ts'
import type { FlowRunRow } from './rows.ts'
import { sql } from './sql.ts'

/** Every column of a flow run, from the alias `r`. */
export const flowRunColumns = sql`
  r.id, r.workspace_id, r.created, r.updated, r.name, r.flow_id, r.deployment_id, r.deployment_version, r.work_queue_id,
  r.work_queue_name, r.flow_version, r.parameters, r.context, r.empirical_policy, r.tags, r.labels, r.idempotency_key,
  r.parent_task_run_id, r.state, r.state_id, r.state_type, r.state_name, r.state_timestamp, r.run_count,
  r.expected_start_time, r.next_scheduled_start_time, r.start_time, r.end_time, r.total_run_time, r.auto_scheduled,
  r.infrastructure_document_id, r.infrastructure_pid, r.created_by, r.job_variables, r.retry_type`

/** A run together with the names that its events and its API answer mention. */
export type NamedFlowRunRow = FlowRunRow & {
  readonly flow_name: string | null
  readonly deployment_name: string | null
  readonly queue_name: string | null
  readonly work_pool_id: string | null
  readonly work_pool_name: string | null
  readonly work_pool_type: string | null
}

/** A run with what its rules look at, locked. */
export type LockedFlowRunRow = NamedFlowRunRow & {
  readonly concurrency_limit_id: string | null
  readonly concurrency_options: JsonObject | null
  readonly flow_tags: readonly string[] | null
  readonly deployment_tags: readonly string[] | null
  readonly parent_task_run_name: string | null
  readonly parent_task_run_tags: readonly string[] | null
}

/** Needs the joins below. */
export const runNames = sql`
  f.name as flow_name, d.name as deployment_name, q.name as queue_name, q.work_pool_id, p.name as work_pool_name,
  p.type as work_pool_type`

/** Besides the names: limits for the rules, tags for the events. */
export const lockedNames = sql`
  ${runNames}, d.concurrency_limit_id, d.concurrency_options, f.tags as flow_tags, d.tags as deployment_tags,
  pt.name as parent_task_run_name, pt.tags as parent_task_run_tags`

export const runJoins = sql`
  left join flow f on f.id = r.flow_id
  left join deployment d on d.id = r.deployment_id and d.workspace_id = r.workspace_id
  left join work_queue q on q.id = r.work_queue_id
  left join work_pool p on p.id = q.work_pool_id`

/** Locks runs in id order, so that no two writers can wait for each other in a circle. Runs of other workspaces are not seen. */
export async function lockFlowRuns(tx: Transaction, ids: readonly string[]): Promise<LockedFlowRunRow[]> {
  return await tx.query<LockedFlowRunRow>(sql`
    select ${flowRunColumns}, ${lockedNames}
    from flow_run r
    ${runJoins}
    left join task_run pt on pt.id = r.parent_task_run_id
    where r.id = any(${ids}::uuid[])
    order by r.id
    for no key update of r
  `)
}

export async function findFlowRun(db: Queryable, workspace_id: string, id: string): Promise<NamedFlowRunRow | null> {
  const [row] = await db.query<NamedFlowRunRow>(sql`
    select ${flowRunColumns}, ${runNames}
    from flow_run r
    ${runJoins}
    where r.id = ${id}
      and r.workspace_id = ${workspace_id}
  `)
  return row ?? null
}

/** Of the runs that exist. */
export async function listFlowRunLabels(
  db: Queryable,
  ids: readonly string[],
): Promise<readonly { readonly id: string; readonly workspace_id: string; readonly labels: JsonObject }[]> {
  if (ids.length === 0) return []
  return await db.query(sql`
    select r.id, r.workspace_id, r.labels
    from flow_run r
    where r.id = any(${ids}::uuid[])
    order by r.id
  `)
}

/** Columns that follow from a new state; whatever is not a state stays. */
export interface FlowRunTransition {
  readonly id: string
  readonly workspace_id: string
  readonly state: JsonObject
  readonly state_id: string
  readonly state_type: string
  readonly state_name: string
  readonly state_timestamp: Timestamp
  readonly run_count: number
  readonly expected_start_time: Timestamp | null
  readonly next_scheduled_start_time: Timestamp | null
  readonly start_time: Timestamp | null
  readonly end_time: Timestamp | null
  readonly total_run_time: number
  readonly empirical_policy: JsonObject
  readonly infrastructure_pid: string | null
}

/**
 * The only statement that may change a run's state (a test looks for others). Writes the run and its history together;
 * the caller holds the locks of `lockFlowRuns` and appends the events in the same transaction.
 */
export async function applyTransitions(
  tx: Transaction,
  transitions: readonly FlowRunTransition[],
  now: Timestamp,
): Promise<void> {
  if (transitions.length === 0) return
  await tx.query<{ id: string }>(sql`
    with new as materialized (
      select x.*
      from json_to_recordset(${JSON.stringify(transitions)}::json) as x(
        id uuid, workspace_id uuid, state json, state_id uuid, state_type text, state_name text, state_timestamp timestamptz,
        run_count integer, expected_start_time timestamptz, next_scheduled_start_time timestamptz, start_time timestamptz,
        end_time timestamptz, total_run_time double precision, empirical_policy json, infrastructure_pid text)
    ), history as (
      insert into flow_run_state (id, workspace_id, flow_run_id, timestamp, type, name, state)
      select n.state_id, n.workspace_id, n.id, n.state_timestamp, n.state_type, n.state_name, n.state
      from new n
    )
    update flow_run r
    set state = n.state,
      state_id = n.state_id,
      state_type = n.state_type,
      state_name = n.state_name,
      state_timestamp = n.state_timestamp,
      run_count = n.run_count,
      expected_start_time = n.expected_start_time,
      next_scheduled_start_time = n.next_scheduled_start_time,
      start_time = n.start_time,
      end_time = n.end_time,
      total_run_time = n.total_run_time,
      empirical_policy = n.empirical_policy,
      retry_type = n.empirical_policy ->> 'retry_type',
      infrastructure_pid = n.infrastructure_pid,
      updated = ${now}
    from new n
    where r.id = n.id
    returning r.id
  `)
}

export interface NewFlowRun {
  readonly id: string
  readonly workspace_id: string
  readonly name: string
  readonly flow_id: string
  readonly deployment_id: string | null
  readonly deployment_version: string | null
  readonly work_queue_id: string | null
  readonly work_queue_name: string | null
  readonly flow_version: string | null
  readonly parameters: JsonObject
  readonly context: JsonObject
  readonly empirical_policy: JsonObject
  readonly tags: readonly string[]
  readonly labels: JsonObject
  readonly idempotency_key: string | null
  readonly parent_task_run_id: string | null
  readonly auto_scheduled: boolean
  readonly infrastructure_document_id: string | null
  readonly created_by: JsonObject | null
  readonly job_variables: JsonObject | null
  readonly created: Timestamp
}

/**
 * Inserts runs that have no state yet (`applyTransitions` gives it in the same transaction) and tells those that are new;
 * a run whose (flow, idempotency key) exists is left out. A flow that does not exist leaves its runs out too.
 */
export async function insertFlowRuns(
  tx: Transaction,
  runs: readonly NewFlowRun[],
): Promise<readonly LockedFlowRunRow[]> {
  if (runs.length === 0) return []
  return await tx.query<LockedFlowRunRow>(sql`
    with r as (
      insert into flow_run as r (id, workspace_id, created, updated, name, flow_id, deployment_id, deployment_version, work_queue_id,
        work_queue_name, flow_version, parameters, context, empirical_policy, tags, labels, idempotency_key,
        parent_task_run_id, auto_scheduled, infrastructure_document_id, created_by, job_variables)
      select x.id, x.workspace_id, x.created, x.created, x.name, x.flow_id, x.deployment_id, x.deployment_version,
        x.work_queue_id, x.work_queue_name, x.flow_version, x.parameters, x.context, x.empirical_policy, x.tags, x.labels,
        x.idempotency_key, x.parent_task_run_id, x.auto_scheduled, x.infrastructure_document_id, x.created_by, x.job_variables
      from json_to_recordset(${JSON.stringify(runs)}::json) as x(
        id uuid, workspace_id uuid, created timestamptz, name text, flow_id uuid, deployment_id uuid, deployment_version text,
        work_queue_id uuid, work_queue_name text, flow_version text, parameters json, context json, empirical_policy json,
        tags text[], labels json, idempotency_key text, parent_task_run_id uuid, auto_scheduled boolean,
        infrastructure_document_id uuid, created_by json, job_variables json)
      where exists (select 1 from flow f where f.id = x.flow_id and f.workspace_id = x.workspace_id)
      on conflict (flow_id, idempotency_key) where idempotency_key is not null do nothing
      returning ${flowRunColumns}
    )
    select ${flowRunColumns}, ${lockedNames}
    from r
    ${runJoins}
    left join task_run pt on pt.id = r.parent_task_run_id
    order by r.id
  `)
}

export async function findFlowRunByIdempotencyKey(
  db: Queryable,
  workspace_id: string,
  flow_id: string,
  idempotency_key: string,
): Promise<NamedFlowRunRow | null> {
  const [row] = await db.query<NamedFlowRunRow>(sql`
    select ${flowRunColumns}, ${runNames}
    from flow_run r
    ${runJoins}
    where r.flow_id = ${flow_id}
      and r.idempotency_key = ${idempotency_key}
      and r.workspace_id = ${workspace_id}
  `)
  return row ?? null
}

/** The fields that `PATCH /flow_runs/{id}` may name; a field that is absent stays as it is. */
export interface FlowRunPatch {
  readonly name?: string | null
  readonly flow_version?: string | null
  readonly parameters?: JsonObject
  readonly empirical_policy?: JsonObject
  readonly tags?: readonly string[]
  readonly infrastructure_pid?: string | null
  readonly job_variables?: JsonObject | null
  readonly labels?: JsonObject
}

/** False when there is no such run. */
export async function updateFlowRun(
  db: Queryable,
  workspace_id: string,
  id: string,
  patch: FlowRunPatch,
  now: Timestamp,
): Promise<boolean> {
  const text = JSON.stringify(patch)
  const rows = await db.query<{ id: string }>(sql`
    update flow_run r
    set name = case when p.patch::jsonb ? 'name' then coalesce(p.patch ->> 'name', r.name) else r.name end,
      flow_version = case when p.patch::jsonb ? 'flow_version' then p.patch ->> 'flow_version' else r.flow_version end,
      parameters = case when p.patch::jsonb ? 'parameters' then p.patch -> 'parameters' else r.parameters end,
      empirical_policy = case when p.patch::jsonb ? 'empirical_policy' then p.patch -> 'empirical_policy' else r.empirical_policy end,
      retry_type = case when p.patch::jsonb ? 'empirical_policy' then p.patch -> 'empirical_policy' ->> 'retry_type' else r.retry_type end,
      tags = case when p.patch::jsonb ? 'tags' then array(select json_array_elements_text(p.patch -> 'tags')) else r.tags end,
      infrastructure_pid = case when p.patch::jsonb ? 'infrastructure_pid' then p.patch ->> 'infrastructure_pid' else r.infrastructure_pid end,
      job_variables = case when p.patch::jsonb ? 'job_variables' then case when json_typeof(p.patch -> 'job_variables') = 'null' then null else p.patch -> 'job_variables' end else r.job_variables end,
      labels = case when p.patch::jsonb ? 'labels' then p.patch -> 'labels' else r.labels end,
      updated = ${now}
    from (select ${text}::json as patch) p
    where r.id = ${id}
      and r.workspace_id = ${workspace_id}
    returning r.id
  `)
  return rows.length === 1
}

/** A refused proposal may still leave a mark in the policy; the run's lock is held. */
export async function updateFlowRunPolicy(
  tx: Transaction,
  id: string,
  policy: JsonObject,
  now: Timestamp,
): Promise<void> {
  await tx.query(sql`
    update flow_run r
    set empirical_policy = p.policy,
      retry_type = p.policy ->> 'retry_type',
      updated = ${now}
    from (select ${JSON.stringify(policy)}::json as policy) p
    where r.id = ${id}
  `)
}
