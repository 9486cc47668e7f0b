import type { DeploymentSort, JsonObject, Timestamp } from '@slipway/contract'
import type { Queryable, Transaction } from './database.ts'
import { limitColumns } from './deployment-slots.ts'
import { andAlso } from './filters/conditions.ts'
import { deploymentOrder } from './filters/deployments.ts'
import { joinedDeploymentCondition, type JoinedFilters } from './filters/joined.ts'
import type { ConcurrencyLimitRow, DeploymentRow } from './rows.ts'
import { json, jsonOrNull, sql } from './sql.ts'

/** Every column of a deployment, from the alias `d`. */
const deploymentColumns = sql`
  d.id, d.workspace_id, d.created, d.updated, d.name, d.version, d.description, d.flow_id, d.paused,
  d.concurrency_limit_id, d.concurrency_options, d.job_variables, d.parameters, d.parameter_openapi_schema,
  d.enforce_parameter_schema, d.tags, d.labels, d.work_queue_id, d.work_queue_name, d.last_polled, d.path, d.pull_steps,
  d.entrypoint, d.storage_document_id, d.infrastructure_document_id, d.created_by, d.updated_by, d.version_info, d.status`

/** A deployment with the names that its answer and its events mention. */
export type NamedDeploymentRow = DeploymentRow & {
  readonly flow_name: string
  readonly queue_name: string | null
  readonly work_pool_id: string | null
  readonly work_pool_name: string | null
  readonly work_pool_type: string | null
}

const named = sql`
  ${deploymentColumns}, f.name as flow_name, q.name as queue_name, q.work_pool_id, p.name as work_pool_name,
  p.type as work_pool_type`

const joins = sql`
  join flow f on f.id = d.flow_id
  left join work_queue q on q.id = d.work_queue_id
  left join work_pool p on p.id = q.work_pool_id`

export async function findDeployment(
  db: Queryable,
  workspace_id: string,
  id: string,
): Promise<NamedDeploymentRow | null> {
  const [row] = await db.query<NamedDeploymentRow>(sql`
    select ${named}
    from deployment d
    ${joins}
    where d.workspace_id = ${workspace_id}
      and d.id = ${id}
  `)
  return row ?? null
}

export async function findDeploymentByName(
  db: Queryable,
  workspace_id: string,
  key: { readonly flow_name: string; readonly deployment_name: string },
): Promise<NamedDeploymentRow | null> {
  const [row] = await db.query<NamedDeploymentRow>(sql`
    select ${named}
    from deployment d
    ${joins}
    where d.workspace_id = ${workspace_id}
      and f.name = ${key.flow_name}
      and d.name = ${key.deployment_name}
  `)
  return row ?? null
}

/** What a run of the deployment starts from, the template of its pool included. */
export type DeploymentForRun = NamedDeploymentRow & { readonly base_job_template: JsonObject | null }

export async function findDeploymentForRun(
  db: Queryable,
  workspace_id: string,
  id: string,
): Promise<DeploymentForRun | null> {
  const [row] = await db.query<DeploymentForRun>(sql`
    select ${named}, p.base_job_template
    from deployment d
    ${joins}
    where d.workspace_id = ${workspace_id}
      and d.id = ${id}
  `)
  return row ?? null
}

/** Whoever holds a deployment changes it and its schedules alone. */
export async function lockDeployment(
  tx: Transaction,
  workspace_id: string,
  id: string,
): Promise<NamedDeploymentRow | null> {
  const [row] = await tx.query<NamedDeploymentRow>(sql`
    select ${named}
    from deployment d
    ${joins}
    where d.workspace_id = ${workspace_id}
      and d.id = ${id}
    for no key update of d
  `)
  return row ?? null
}

export async function lockDeploymentOfFlow(
  tx: Transaction,
  workspace_id: string,
  key: { readonly flow_id: string; readonly name: string },
): Promise<NamedDeploymentRow | null> {
  const [row] = await tx.query<NamedDeploymentRow>(sql`
    select ${named}
    from deployment d
    ${joins}
    where d.workspace_id = ${workspace_id}
      and d.flow_id = ${key.flow_id}
      and d.name = ${key.name}
    for no key update of d
  `)
  return row ?? null
}

export interface DeploymentSelection {
  readonly filters: JoinedFilters
  readonly sort: DeploymentSort
  readonly limit: number
  readonly offset: number
}

export async function listDeployments(
  db: Queryable,
  workspace_id: string,
  { filters, sort, limit, offset }: DeploymentSelection,
): Promise<readonly NamedDeploymentRow[]> {
  return await db.query<NamedDeploymentRow>(sql`
    select ${named}
    from deployment d
    ${joins}
    where d.workspace_id = ${workspace_id}${andAlso(joinedDeploymentCondition(filters))}
    order by ${deploymentOrder(sort)}
    limit ${limit}
    offset ${offset}
  `)
}

export async function countDeployments(db: Queryable, workspace_id: string, filters: JoinedFilters): Promise<number> {
  const [row] = await db.query<{ count: number }>(sql`
    select count(*) as count
    from deployment d
    where d.workspace_id = ${workspace_id}${andAlso(joinedDeploymentCondition(filters))}
  `)
  return row?.count ?? 0
}

/** False when the flow has a deployment of this name. A flow of another workspace is none. */
export async function insertDeployment(tx: Transaction, row: DeploymentRow): Promise<boolean> {
  const rows = await tx.query<{ id: string }>(sql`
    insert into deployment (id, workspace_id, created, updated, name, version, description, flow_id, paused,
      concurrency_limit_id, concurrency_options, job_variables, parameters, parameter_openapi_schema,
      enforce_parameter_schema, tags, labels, work_queue_id, work_queue_name, path, pull_steps, entrypoint,
      storage_document_id, infrastructure_document_id, created_by, updated_by, version_info, status)
    select ${row.id}::uuid, ${row.workspace_id}::uuid, ${row.created}::timestamptz, ${row.updated}::timestamptz,
      ${row.name}::text, ${row.version}::text, ${row.description}::text, f.id, ${row.paused}::boolean,
      ${row.concurrency_limit_id}::uuid, ${jsonOrNull(row.concurrency_options)}, ${json(row.job_variables)},
      ${json(row.parameters)}, ${jsonOrNull(row.parameter_openapi_schema)}, ${row.enforce_parameter_schema}::boolean,
      ${row.tags}::text[], ${json(row.labels)}, ${row.work_queue_id}::uuid, ${row.work_queue_name}::text,
      ${row.path}::text, ${jsonOrNull(row.pull_steps)}, ${row.entrypoint}::text, ${row.storage_document_id}::uuid,
      ${row.infrastructure_document_id}::uuid, ${jsonOrNull(row.created_by)}, ${jsonOrNull(row.updated_by)},
      ${jsonOrNull(row.version_info)}, ${row.status}::text
    from flow f
    where f.id = ${row.flow_id}
      and f.workspace_id = ${row.workspace_id}
    on conflict (flow_id, name) do nothing
    returning id
  `)
  return rows.length === 1
}

/** Writes what a caller may change; the deployment is locked. */
export async function updateDeployment(tx: Transaction, row: DeploymentRow, now: Timestamp): Promise<void> {
  await tx.query(sql`
    update deployment
    set version = ${row.version},
      description = ${row.description},
      paused = ${row.paused},
      concurrency_limit_id = ${row.concurrency_limit_id},
      concurrency_options = ${jsonOrNull(row.concurrency_options)},
      job_variables = ${json(row.job_variables)},
      parameters = ${json(row.parameters)},
      parameter_openapi_schema = ${jsonOrNull(row.parameter_openapi_schema)},
      enforce_parameter_schema = ${row.enforce_parameter_schema},
      tags = ${row.tags},
      labels = ${json(row.labels)},
      work_queue_id = ${row.work_queue_id},
      work_queue_name = ${row.work_queue_name},
      path = ${row.path},
      pull_steps = ${jsonOrNull(row.pull_steps)},
      entrypoint = ${row.entrypoint},
      storage_document_id = ${row.storage_document_id},
      infrastructure_document_id = ${row.infrastructure_document_id},
      version_info = ${jsonOrNull(row.version_info)},
      status = ${row.status},
      updated = ${now}
    where id = ${row.id}
      and workspace_id = ${row.workspace_id}
  `)
}

/** Its schedules go with it; runs stay and keep its id. */
export async function deleteDeployment(tx: Transaction, workspace_id: string, id: string): Promise<void> {
  await tx.query(sql`
    delete from deployment
    where workspace_id = ${workspace_id}
      and id = ${id}
  `)
}

export async function listLimitsById(
  db: Queryable,
  workspace_id: string,
  ids: readonly string[],
): Promise<readonly ConcurrencyLimitRow[]> {
  if (ids.length === 0) return []
  return await db.query<ConcurrencyLimitRow>(sql`
    select ${limitColumns}
    from concurrency_limit l
    where l.workspace_id = ${workspace_id}
      and l.id = any(${ids}::uuid[])
    order by l.id
  `)
}

/** The limit of this name gets this size; it is made when there is none. Its id. */
export async function upsertLimit(
  tx: Transaction,
  limit: { readonly id: string; readonly workspace_id: string; readonly name: string; readonly limit: number },
  now: Timestamp,
): Promise<string> {
  const [row] = await tx.query<{ id: string }>(sql`
    insert into concurrency_limit (id, workspace_id, created, updated, name, "limit", slots_updated)
    values (${limit.id}, ${limit.workspace_id}, ${now}, ${now}, ${limit.name}, ${limit.limit}, ${now})
    on conflict (workspace_id, name) do update
    set "limit" = excluded."limit",
      active = true,
      updated = excluded.updated
    returning id
  `)
  return row?.id ?? limit.id
}

export async function deleteLimitByName(tx: Transaction, workspace_id: string, name: string): Promise<void> {
  await tx.query(sql`
    delete from concurrency_limit
    where workspace_id = ${workspace_id}
      and name = ${name}
  `)
}
