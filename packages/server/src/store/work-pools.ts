import type { Timestamp, WorkPoolFilter } from '@slipway/contract'
import type { Queryable, Transaction } from './database.ts'
import { andAlso } from './filters/conditions.ts'
import { workPoolCondition } from './filters/work-pools.ts'
import type { WorkPoolRow } from './rows.ts'
import { json, jsonOrNull, sql } from './sql.ts'

/** Every column of a work pool, from the alias `p`. */
export const workPoolColumns = sql`
  p.id, p.workspace_id, p.created, p.updated, p.name, p.description, p.type, p.base_job_template, p.is_paused,
  p.concurrency_limit, p.storage_configuration, p.default_queue_id, p.status, p.last_status_change, p.provider_status,
  p.is_push`

export type NewWorkPool = Omit<WorkPoolRow, 'updated' | 'provider_status' | 'is_push' | 'last_status_change'>

/** False when the name is taken. */
export async function insertWorkPool(tx: Transaction, pool: NewWorkPool): Promise<boolean> {
  const rows = await tx.query<{ id: string }>(sql`
    insert into work_pool (id, workspace_id, created, updated, name, description, type, base_job_template, is_paused,
      concurrency_limit, storage_configuration, default_queue_id, status, last_status_change)
    values (${pool.id}, ${pool.workspace_id}, ${pool.created}, ${pool.created}, ${pool.name}, ${pool.description},
      ${pool.type}, ${json(pool.base_job_template)}, ${pool.is_paused}, ${pool.concurrency_limit},
      ${json(pool.storage_configuration)}, ${pool.default_queue_id}, ${pool.status}, ${pool.created})
    on conflict (workspace_id, name) do nothing
    returning id
  `)
  return rows.length === 1
}

export async function findWorkPool(db: Queryable, workspace_id: string, name: string): Promise<WorkPoolRow | null> {
  const [row] = await db.query<WorkPoolRow>(sql`
    select ${workPoolColumns}
    from work_pool p
    where p.workspace_id = ${workspace_id}
      and p.name = ${name}
  `)
  return row ?? null
}

/** Whoever holds a pool changes its fields and the order of its queues alone. */
export async function findWorkPoolById(db: Queryable, workspace_id: string, id: string): Promise<WorkPoolRow | null> {
  const [row] = await db.query<WorkPoolRow>(sql`
    select ${workPoolColumns}
    from work_pool p
    where p.workspace_id = ${workspace_id}
      and p.id = ${id}
  `)
  return row ?? null
}

export async function lockWorkPool(tx: Transaction, workspace_id: string, name: string): Promise<WorkPoolRow | null> {
  const [row] = await tx.query<WorkPoolRow>(sql`
    select ${workPoolColumns}
    from work_pool p
    where p.workspace_id = ${workspace_id}
      and p.name = ${name}
    for no key update
  `)
  return row ?? null
}

export async function lockWorkPoolById(tx: Transaction, workspace_id: string, id: string): Promise<WorkPoolRow | null> {
  const [row] = await tx.query<WorkPoolRow>(sql`
    select ${workPoolColumns}
    from work_pool p
    where p.workspace_id = ${workspace_id}
      and p.id = ${id}
    for no key update
  `)
  return row ?? null
}

/** Writes what a caller may change; the pool is locked. */
export async function updateWorkPool(tx: Transaction, pool: WorkPoolRow, now: Timestamp): Promise<void> {
  await tx.query(sql`
    update work_pool
    set description = ${pool.description},
      base_job_template = ${json(pool.base_job_template)},
      is_paused = ${pool.is_paused},
      concurrency_limit = ${pool.concurrency_limit},
      storage_configuration = ${json(pool.storage_configuration)},
      status = ${pool.status},
      last_status_change = ${pool.last_status_change},
      provider_status = ${jsonOrNull(pool.provider_status)},
      updated = ${now}
    where id = ${pool.id}
      and workspace_id = ${pool.workspace_id}
  `)
}

/** Its queues and workers go with it; runs and deployments stay, without a queue. */
export async function deleteWorkPool(tx: Transaction, workspace_id: string, id: string): Promise<void> {
  await tx.query(sql`
    delete from work_pool
    where workspace_id = ${workspace_id}
      and id = ${id}
  `)
}

export interface WorkPoolSelection {
  readonly filter: WorkPoolFilter | null | undefined
  readonly limit: number
  readonly offset: number
}

export async function listWorkPools(
  db: Queryable,
  workspace_id: string,
  { filter, limit, offset }: WorkPoolSelection,
): Promise<readonly WorkPoolRow[]> {
  return await db.query<WorkPoolRow>(sql`
    select ${workPoolColumns}
    from work_pool p
    where p.workspace_id = ${workspace_id}${andAlso(workPoolCondition(filter))}
    order by p.name, p.id
    limit ${limit}
    offset ${offset}
  `)
}

export async function countWorkPools(
  db: Queryable,
  workspace_id: string,
  filter: WorkPoolFilter | null | undefined,
): Promise<number> {
  const [row] = await db.query<{ count: number }>(sql`
    select count(*) as count
    from work_pool p
    where p.workspace_id = ${workspace_id}${andAlso(workPoolCondition(filter))}
  `)
  return row?.count ?? 0
}
