import type { Timestamp, WorkerFilter } from '@slipway/contract'
import type { Queryable, Transaction } from './database.ts'
import { andAlso } from './filters/conditions.ts'
import { workerCondition } from './filters/workers.ts'
import type { WorkerRow } from './rows.ts'
import { sql } from './sql.ts'

/** Every column of a worker, from the alias `w`. */
const workerColumns = sql`
  w.id, w.workspace_id, w.created, w.updated, w.name, w.work_pool_id, w.last_heartbeat_time,
  w.heartbeat_interval_seconds, w.status`

export interface Heartbeat {
  readonly id: string
  readonly workspace_id: string
  readonly work_pool_id: string
  readonly name: string
  readonly heartbeat_interval_seconds: number | null
}

/** A worker is known by its name in its pool; the first heartbeat makes it. */
export async function upsertWorker(tx: Transaction, worker: Heartbeat, now: Timestamp): Promise<void> {
  await tx.query(sql`
    insert into worker (id, workspace_id, created, updated, name, work_pool_id, last_heartbeat_time,
      heartbeat_interval_seconds, status)
    values (${worker.id}, ${worker.workspace_id}, ${now}, ${now}, ${worker.name}, ${worker.work_pool_id}, ${now},
      ${worker.heartbeat_interval_seconds}, 'ONLINE')
    on conflict (work_pool_id, name) do update
    set last_heartbeat_time = excluded.last_heartbeat_time,
      heartbeat_interval_seconds = coalesce(excluded.heartbeat_interval_seconds, worker.heartbeat_interval_seconds),
      status = 'ONLINE',
      updated = excluded.updated
  `)
}

export async function hasOnlineWorker(tx: Transaction, work_pool_id: string): Promise<boolean> {
  const rows = await tx.query<{ id: string }>(sql`
    select w.id
    from worker w
    where w.work_pool_id = ${work_pool_id}
      and w.status = 'ONLINE'
    limit 1
  `)
  return rows.length === 1
}

/** False when there is no such worker. */
export async function deleteWorker(tx: Transaction, work_pool_id: string, name: string): Promise<boolean> {
  const rows = await tx.query<{ id: string }>(sql`
    delete from worker
    where work_pool_id = ${work_pool_id}
      and name = ${name}
    returning id
  `)
  return rows.length === 1
}

export interface WorkerSelection {
  readonly work_pool_id: string
  readonly filter: WorkerFilter | null | undefined
  readonly limit: number
  readonly offset: number
}

/** Those that were heard last come first. */
export async function listWorkers(
  db: Queryable,
  { work_pool_id, filter, limit, offset }: WorkerSelection,
): Promise<readonly WorkerRow[]> {
  return await db.query<WorkerRow>(sql`
    select ${workerColumns}
    from worker w
    where w.work_pool_id = ${work_pool_id}${andAlso(workerCondition(filter))}
    order by w.last_heartbeat_time desc, w.id
    limit ${limit}
    offset ${offset}
  `)
}
