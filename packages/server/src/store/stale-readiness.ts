import type { Timestamp } from '@slipway/contract'
import type { Transaction } from './database.ts'
import type { PolledDeployment, PolledQueue } from './polling.ts'
import type { WorkPoolRow } from './rows.ts'
import { sql } from './sql.ts'
import { workPoolColumns } from './work-pools.ts'

/** Workers that were not heard for three of their intervals; half a minute where they named none. */
export async function markSilentWorkers(tx: Transaction, now: Timestamp): Promise<void> {
  await tx.query(sql`
    with silent as materialized (
      select w.id
      from worker w
      where w.status = 'ONLINE'
        and w.last_heartbeat_time
          < ${now}::timestamptz - 3.0 * coalesce(w.heartbeat_interval_seconds, 30) * interval '1 second'
      order by w.id
      limit 1000
      for no key update skip locked
    )
    update worker w
    set status = 'OFFLINE'
    from silent
    where w.id = silent.id
  `)
}

/** Ready pools that have lost their last worker, as they were before. */
export async function markPoolsWithoutWorkers(
  tx: Transaction,
  now: Timestamp,
  limit: number,
): Promise<readonly WorkPoolRow[]> {
  return await tx.query<WorkPoolRow>(sql`
    with lonely as materialized (
      select ${workPoolColumns}
      from work_pool p
      where p.status = 'READY'
        and not p.is_push
        and not exists (select from worker w where w.work_pool_id = p.id and w.status = 'ONLINE')
      order by p.id
      limit ${limit}
      for no key update skip locked
    ), marked as (
      update work_pool p
      set status = 'NOT_READY',
        last_status_change = ${now}
      from lonely
      where p.id = lonely.id
    )
    select ${workPoolColumns}
    from lonely p
    order by p.id
  `)
}

/** Ready queues that nobody polls any more. */
export async function markUnpolledQueues(
  tx: Transaction,
  polled_before: Timestamp,
  limit: number,
): Promise<readonly (PolledQueue & { readonly workspace_id: string })[]> {
  return await tx.query(sql`
    with unpolled as materialized (
      select q.id, q.workspace_id, q.name, q.status, q.work_pool_id, p.name as work_pool_name, p.type as work_pool_type
      from work_queue q
      join work_pool p on p.id = q.work_pool_id
      where q.status = 'READY'
        and not p.is_push
        and q.last_polled < ${polled_before}
      order by q.id
      limit ${limit}
      for no key update of q skip locked
    ), marked as (
      update work_queue q
      set status = 'NOT_READY'
      from unpolled
      where q.id = unpolled.id
    )
    select id, workspace_id, name, status, work_pool_id, work_pool_name, work_pool_type
    from unpolled
    order by id
  `)
}

/** Ready deployments for whose runs nobody asks any more, neither for them nor for their queue. */
export async function markUnpolledDeployments(
  tx: Transaction,
  polled_before: Timestamp,
  limit: number,
): Promise<readonly PolledDeployment[]> {
  return await tx.query<PolledDeployment>(sql`
    with unpolled as materialized (
      select d.id, d.workspace_id, d.name, d.status, d.flow_id, f.name as flow_name, d.work_queue_id,
        q.name as queue_name, q.work_pool_id, p.name as work_pool_name, p.type as work_pool_type
      from deployment d
      join flow f on f.id = d.flow_id
      left join work_queue q on q.id = d.work_queue_id
      left join work_pool p on p.id = q.work_pool_id
      where d.status = 'READY'
        and p.is_push is not true
        and d.last_polled < ${polled_before}
        and (q.last_polled is null or q.last_polled < ${polled_before})
      order by d.id
      limit ${limit}
      for no key update of d skip locked
    ), marked as (
      update deployment d
      set status = 'NOT_READY'
      from unpolled
      where d.id = unpolled.id
    )
    select id, workspace_id, name, status, flow_id, flow_name, work_queue_id, queue_name, work_pool_id, work_pool_name,
      work_pool_type
    from unpolled
    order by id
  `)
}

/** Queues and deployments of push pools are ready as long as the pool's cloud takes runs. As they were before. */
export async function alignPushQueues(
  tx: Transaction,
  limit: number,
): Promise<readonly (PolledQueue & { readonly workspace_id: string; readonly wanted: string })[]> {
  return await tx.query(sql`
    with misaligned as materialized (
      select q.id, q.workspace_id, q.name, q.status, q.work_pool_id, p.name as work_pool_name, p.type as work_pool_type,
        case when p.status = 'NOT_READY' then 'NOT_READY' else 'READY' end as wanted
      from work_queue q
      join work_pool p on p.id = q.work_pool_id
      where p.is_push
        and not q.is_paused
        and q.status <> case when p.status = 'NOT_READY' then 'NOT_READY' else 'READY' end
      order by q.id
      limit ${limit}
      for no key update of q skip locked
    ), marked as (
      update work_queue q
      set status = misaligned.wanted
      from misaligned
      where q.id = misaligned.id
    )
    select id, workspace_id, name, status, work_pool_id, work_pool_name, work_pool_type, wanted
    from misaligned
    order by id
  `)
}

export async function alignPushDeployments(
  tx: Transaction,
  limit: number,
): Promise<readonly (PolledDeployment & { readonly wanted: string })[]> {
  return await tx.query(sql`
    with misaligned as materialized (
      select d.id, d.workspace_id, d.name, d.status, d.flow_id, f.name as flow_name, d.work_queue_id,
        q.name as queue_name, q.work_pool_id, p.name as work_pool_name, p.type as work_pool_type,
        case when p.status = 'NOT_READY' then 'NOT_READY' else 'READY' end as wanted
      from deployment d
      join flow f on f.id = d.flow_id
      join work_queue q on q.id = d.work_queue_id
      join work_pool p on p.id = q.work_pool_id
      where p.is_push
        and d.status <> case when p.status = 'NOT_READY' then 'NOT_READY' else 'READY' end
      order by d.id
      limit ${limit}
      for no key update of d skip locked
    ), marked as (
      update deployment d
      set status = misaligned.wanted
      from misaligned
      where d.id = misaligned.id
    )
    select id, workspace_id, name, status, flow_id, flow_name, work_queue_id, queue_name, work_pool_id, work_pool_name,
      work_pool_type, wanted
    from misaligned
    order by id
  `)
}
