import type { JsonObject, Timestamp } from '@slipway/contract'
import type { Queryable, Transaction } from './database.ts'
import { flowRunColumns, lockedNames, type LockedFlowRunRow } from './flow-runs.ts'
import { sql } from './sql.ts'

/** A queue of a push pool that has something due, most urgent first. */
export interface DueQueue {
  readonly work_queue_id: string
  readonly priority: number
  readonly queue_limit: number | null
  readonly work_pool_id: string
  readonly pool_limit: number | null
  readonly pool_type: string
}

/** Serves the index flow_run_due; runs that wait for their own process are never handed out. */
export async function listDueQueues(db: Queryable, now: Timestamp): Promise<readonly DueQueue[]> {
  return await db.query<DueQueue>(sql`
    select q.id as work_queue_id, q.priority, q.concurrency_limit as queue_limit, p.id as work_pool_id,
      p.concurrency_limit as pool_limit, p.type as pool_type
    from work_queue q
    join work_pool p on p.id = q.work_pool_id
    where p.is_push
      and not p.is_paused
      and not q.is_paused
      and exists (
        select 1
        from flow_run r
        where r.work_queue_id = q.id
          and r.state_type = 'SCHEDULED'
          and r.next_scheduled_start_time <= ${now}
          and r.retry_type is distinct from 'in_process'
      )
    order by q.priority, q.id
    limit 1000
  `)
}

/** Serialises the counting of slots: whoever holds a limited pool is the only one to hand out its runs. */
export async function lockLimitedPools(tx: Transaction, pool_ids: readonly string[]): Promise<void> {
  await tx.query(sql`
    select id
    from work_pool
    where id = any(${pool_ids}::uuid[])
    order by id
    for no key update
  `)
}

/** Occupied slots: runs that are Pending or Running; those that are Cancelling do not count. */
export async function countActiveRuns(
  db: Queryable,
  pool_ids: readonly string[],
): Promise<readonly { readonly work_pool_id: string; readonly work_queue_id: string; readonly active: number }[]> {
  return await db.query(sql`
    select q.work_pool_id, q.id as work_queue_id, count(r.id)::int as active
    from work_queue q
    left join flow_run r on r.work_queue_id = q.id and r.state_type in ('PENDING', 'RUNNING')
    where q.work_pool_id = any(${pool_ids}::uuid[])
    group by q.work_pool_id, q.id
    order by q.work_pool_id, q.id
  `)
}

/** A due run with all that its submission is made of. */
export type DueRun = LockedFlowRunRow & {
  readonly deployment_exists: boolean
  readonly deployment_job_variables: JsonObject | null
  readonly deployment_updated: Timestamp | null
  readonly base_job_template: JsonObject
}

/** Due runs of one queue, the longest waiting first. Runs that another server is claiming are skipped, not awaited. */
export async function lockDueFlowRuns(
  tx: Transaction,
  work_queue_id: string,
  now: Timestamp,
  limit: number,
): Promise<DueRun[]> {
  return await tx.query<DueRun>(sql`
    with due as (
      select r.id
      from flow_run r
      where r.work_queue_id = ${work_queue_id}
        and r.state_type = 'SCHEDULED'
        and r.next_scheduled_start_time <= ${now}
        and r.retry_type is distinct from 'in_process'
      order by r.next_scheduled_start_time, r.id
      limit ${limit}
      for no key update skip locked
    )
    select ${flowRunColumns}, ${lockedNames},
      d.id is not null as deployment_exists, d.job_variables as deployment_job_variables, d.updated as deployment_updated,
      p.base_job_template
    from due
    join flow_run r on r.id = due.id
    join work_queue q on q.id = r.work_queue_id
    join work_pool p on p.id = q.work_pool_id
    left join flow f on f.id = r.flow_id
    left join deployment d on d.id = r.deployment_id
    left join task_run pt on pt.id = r.parent_task_run_id
    order by r.next_scheduled_start_time, r.id
  `)
}

export async function listPushPoolTypes(db: Queryable): Promise<readonly string[]> {
  const rows = await db.query<{ type: string }>(sql`
    select distinct type
    from work_pool
    where is_push
    order by type
    limit 100
  `)
  return rows.map((row) => row.type)
}

/** When the next run of an open push queue is due; in the past when something waits for a slot. */
export async function findNextDueTime(db: Queryable, after: Timestamp): Promise<Timestamp | null> {
  const [row] = await db.query<{ due: Timestamp | null }>(sql`
    select min(n.due) as due
    from work_pool p
    join work_queue q on q.work_pool_id = p.id
    cross join lateral (
      select r.next_scheduled_start_time as due
      from flow_run r
      where r.work_queue_id = q.id
        and r.state_type = 'SCHEDULED'
        and r.next_scheduled_start_time > ${after}
        and r.retry_type is distinct from 'in_process'
      order by r.next_scheduled_start_time
      limit 1
    ) n
    where p.is_push
      and not p.is_paused
      and not q.is_paused
  `)
  return row?.due ?? null
}
