import type { Timestamp } from '@slipway/contract'
import type { Transaction } from './database.ts'
import { sql } from './sql.ts'

/**
 * Runs of push pools that were put off for a slot of their deployment which is free by now: as many of each deployment
 * as it has slots, the longest waiting first. Locked; those that somebody else holds are skipped.
 */
export async function lockSlotWaiters(
  tx: Transaction,
  now: Timestamp,
  limit: number,
): Promise<readonly { readonly id: string; readonly workspace_id: string }[]> {
  return await tx.query(sql`
    with free as (
      select d.id as deployment_id, l."limit" - l.active_slots::int as slots
      from deployment d
      join concurrency_limit l on l.id = d.concurrency_limit_id
      where l.active
        and l.active_slots < l."limit"
        and exists (
          select 1
          from flow_run r
          where r.deployment_id = d.id
            and r.state_name = 'AwaitingConcurrencySlot'
        )
    ), waiting as (
      select w.id
      from free
      cross join lateral (
        select r.id
        from flow_run r
        join work_queue q on q.id = r.work_queue_id
        join work_pool p on p.id = q.work_pool_id
        where r.deployment_id = free.deployment_id
          and r.state_name = 'AwaitingConcurrencySlot'
          and r.next_scheduled_start_time > ${now}
          and p.is_push
          and not p.is_paused
          and not q.is_paused
        order by r.expected_start_time, r.id
        limit free.slots
      ) w
      limit ${limit}
    )
    select r.id, r.workspace_id
    from flow_run r
    join waiting on waiting.id = r.id
    order by r.id
    for no key update of r skip locked
  `)
}
