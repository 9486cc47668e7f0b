import type { Timestamp, WorkQueueFilter } from '@slipway/contract'
import type { Queryable, Transaction } from './database.ts'
import { andAlso } from './filters/conditions.ts'
import { workQueueCondition } from './filters/work-queues.ts'
import type { WorkQueueRow } from './rows.ts'
import { jsonOrNull, sql } from './sql.ts'

/** Every column of a work queue, from the alias `q`. */
const workQueueColumns = sql`
  q.id, q.workspace_id, q.created, q.updated, q.name, q.description, q.is_paused, q.concurrency_limit, q.priority,
  q.work_pool_id, q.filter, q.last_polled, q.status`

/** A queue with what its pool is called and is. */
export type NamedWorkQueueRow = WorkQueueRow & {
  readonly work_pool_name: string
  readonly work_pool_type: string
  readonly is_push: boolean
  readonly default_queue_id: string | null
}

const named = sql`
  ${workQueueColumns}, p.name as work_pool_name, p.type as work_pool_type, p.is_push, p.default_queue_id`

export type NewWorkQueue = Omit<WorkQueueRow, 'updated' | 'last_polled'>

/** False when the pool has a queue of this name. */
export async function insertWorkQueue(tx: Transaction, queue: NewWorkQueue): Promise<boolean> {
  const rows = await tx.query<{ id: string }>(sql`
    insert into work_queue (id, workspace_id, created, updated, name, description, is_paused, concurrency_limit, priority,
      work_pool_id, filter, status)
    values (${queue.id}, ${queue.workspace_id}, ${queue.created}, ${queue.created}, ${queue.name}, ${queue.description},
      ${queue.is_paused}, ${queue.concurrency_limit}, ${queue.priority}, ${queue.work_pool_id},
      ${jsonOrNull(queue.filter)}, ${queue.status})
    on conflict (work_pool_id, name) do nothing
    returning id
  `)
  return rows.length === 1
}

export async function findWorkQueue(
  db: Queryable,
  workspace_id: string,
  id: string,
): Promise<NamedWorkQueueRow | null> {
  const [row] = await db.query<NamedWorkQueueRow>(sql`
    select ${named}
    from work_queue q
    join work_pool p on p.id = q.work_pool_id
    where q.workspace_id = ${workspace_id}
      and q.id = ${id}
  `)
  return row ?? null
}

export async function findWorkQueueByName(
  db: Queryable,
  workspace_id: string,
  key: { readonly work_pool_name: string; readonly name: string },
): Promise<NamedWorkQueueRow | null> {
  const [row] = await db.query<NamedWorkQueueRow>(sql`
    select ${named}
    from work_queue q
    join work_pool p on p.id = q.work_pool_id
    where q.workspace_id = ${workspace_id}
      and p.name = ${key.work_pool_name}
      and q.name = ${key.name}
  `)
  return row ?? null
}

/** Of one pool, most urgent first; a pool with more queues than this is answered with its first ones. */
export async function listQueuesOfPool(db: Queryable, work_pool_id: string): Promise<readonly WorkQueueRow[]> {
  return await db.query<WorkQueueRow>(sql`
    select ${workQueueColumns}
    from work_queue q
    where q.work_pool_id = ${work_pool_id}
    order by q.priority, q.id
    limit 1000
  `)
}

/** Writes what a caller may change; the lock of the pool is held. */
export async function updateWorkQueue(tx: Transaction, queue: WorkQueueRow, now: Timestamp): Promise<void> {
  await tx.query(sql`
    update work_queue
    set name = ${queue.name},
      description = ${queue.description},
      is_paused = ${queue.is_paused},
      concurrency_limit = ${queue.concurrency_limit},
      priority = ${queue.priority},
      filter = ${jsonOrNull(queue.filter)},
      last_polled = ${queue.last_polled},
      status = ${queue.status},
      updated = ${now}
    where id = ${queue.id}
      and workspace_id = ${queue.workspace_id}
  `)
}

/** Queues that make room for another one; the lock of the pool is held. */
export async function updateQueuePriorities(
  tx: Transaction,
  priorities: readonly { readonly id: string; readonly priority: number }[],
  now: Timestamp,
): Promise<void> {
  if (priorities.length === 0) return
  await tx.query(sql`
    update work_queue q
    set priority = x.priority,
      updated = ${now}
    from json_to_recordset(${JSON.stringify(priorities)}::json) as x(id uuid, priority integer)
    where q.id = x.id
  `)
}

export async function deleteWorkQueue(tx: Transaction, workspace_id: string, id: string): Promise<void> {
  await tx.query(sql`
    delete from work_queue
    where workspace_id = ${workspace_id}
      and id = ${id}
  `)
}

/** Occupied slots: runs that are Pending or Running. Queues without any are not listed. */
export async function countActiveRunsOfQueues(
  db: Queryable,
  queue_ids: readonly string[],
): Promise<readonly { readonly work_queue_id: string; readonly active: number }[]> {
  if (queue_ids.length === 0) return []
  return await db.query(sql`
    select r.work_queue_id, count(*)::int as active
    from flow_run r
    where r.work_queue_id = any(${queue_ids}::uuid[])
      and r.state_type in ('PENDING', 'RUNNING')
    group by r.work_queue_id
    order by r.work_queue_id
  `)
}

export interface WorkQueueSelection {
  /** Queues of this pool in the order of their priority; null: all queues by name. */
  readonly work_pool_id: string | null
  readonly filter: WorkQueueFilter | null | undefined
  readonly limit: number
  readonly offset: number
}

export async function listWorkQueues(
  db: Queryable,
  workspace_id: string,
  { work_pool_id, filter, limit, offset }: WorkQueueSelection,
): Promise<readonly NamedWorkQueueRow[]> {
  const inPool = work_pool_id === null ? null : sql`q.work_pool_id = ${work_pool_id}`
  const order = work_pool_id === null ? sql`q.name, q.id` : sql`q.priority, q.id`
  return await db.query<NamedWorkQueueRow>(sql`
    select ${named}
    from work_queue q
    join work_pool p on p.id = q.work_pool_id
    where q.workspace_id = ${workspace_id}${andAlso(inPool, workQueueCondition(filter))}
    order by ${order}
    limit ${limit}
    offset ${offset}
  `)
}

export async function countQueuesOfPool(db: Queryable, work_pool_id: string): Promise<number> {
  const [row] = await db.query<{ count: number }>(sql`
    select count(*) as count
    from work_queue q
    where q.work_pool_id = ${work_pool_id}
  `)
  return row?.count ?? 0
}
