import type { FlowSort, JsonObject, Timestamp } from '@slipway/contract'
import type { Queryable, Transaction } from './database.ts'
import { andAlso } from './filters/conditions.ts'
import { flowOrder } from './filters/flows.ts'
import { joinedFlowCondition, type JoinedFilters } from './filters/joined.ts'
import type { FlowRow } from './rows.ts'
import { json, type Sql, sql } from './sql.ts'

const columns = sql`f.id, f.workspace_id, f.created, f.updated, f.name, f.tags, f.labels`

/** By name or by id: both are unique in a workspace. */
export type FlowKey = { readonly id: string } | { readonly name: string }

function named(key: FlowKey): Sql {
  return 'id' in key ? sql`f.id = ${key.id}` : sql`f.name = ${key.name}`
}

export async function findFlow(db: Queryable, workspace_id: string, key: FlowKey): Promise<FlowRow | null> {
  const [row] = await db.query<FlowRow>(sql`
    select ${columns}
    from flow f
    where f.workspace_id = ${workspace_id}
      and ${named(key)}
  `)
  return row ?? null
}

export interface FlowSelection {
  readonly filters: JoinedFilters
  readonly sort: FlowSort
  readonly limit: number
  readonly offset: number
}

export async function listFlows(
  db: Queryable,
  workspace_id: string,
  { filters, sort, limit, offset }: FlowSelection,
): Promise<readonly FlowRow[]> {
  return await db.query<FlowRow>(sql`
    select ${columns}
    from flow f
    where f.workspace_id = ${workspace_id}${andAlso(joinedFlowCondition(filters))}
    order by ${flowOrder(sort)}
    limit ${limit}
    offset ${offset}
  `)
}

export async function countFlows(db: Queryable, workspace_id: string, filters: JoinedFilters): Promise<number> {
  const [row] = await db.query<{ count: number }>(sql`
    select count(*) as count
    from flow f
    where f.workspace_id = ${workspace_id}${andAlso(joinedFlowCondition(filters))}
  `)
  return row?.count ?? 0
}

/** Null when the name is taken. */
export async function insertFlow(
  tx: Transaction,
  flow: {
    readonly id: string
    readonly workspace_id: string
    readonly name: string
    readonly tags: readonly string[]
    readonly labels: JsonObject | null
    readonly created: Timestamp
  },
): Promise<FlowRow | null> {
  const [row] = await tx.query<FlowRow>(sql`
    insert into flow as f (id, workspace_id, created, updated, name, tags, labels)
    values (${flow.id}, ${flow.workspace_id}, ${flow.created}, ${flow.created}, ${flow.name}, ${flow.tags},
      ${json(flow.labels)})
    on conflict (workspace_id, name) do nothing
    returning ${columns}
  `)
  return row ?? null
}

export async function updateFlowTags(
  tx: Transaction,
  workspace_id: string,
  id: string,
  tags: readonly string[] | null,
  now: Timestamp,
): Promise<FlowRow | null> {
  const [row] = await tx.query<FlowRow>(sql`
    update flow f
    set tags = coalesce(${tags}::text[], f.tags),
      updated = ${now}
    where f.workspace_id = ${workspace_id}
      and f.id = ${id}
    returning ${columns}
  `)
  return row ?? null
}

/** Takes along the deployments and the limits that belong to them alone. Runs are not touched. */
export async function deleteFlow(tx: Transaction, workspace_id: string, id: string): Promise<FlowRow | null> {
  const [row] = await tx.query<FlowRow>(sql`
    with limits as (
      delete from concurrency_limit l
      using deployment d
      where d.flow_id = ${id}
        and d.workspace_id = ${workspace_id}
        and l.workspace_id = d.workspace_id
        and l.name = 'deployment:' || d.id
    )
    delete from flow f
    where f.workspace_id = ${workspace_id}
      and f.id = ${id}
    returning ${columns}
  `)
  return row ?? null
}
