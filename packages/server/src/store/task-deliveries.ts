import type { Timestamp } from '@slipway/contract'
import type { Queryable, Transaction } from './database.ts'
import type { TaskRunRow } from './rows.ts'
import { sql } from './sql.ts'
import { taskRunColumns } from './task-runs.ts'

export interface TaskClaim {
  readonly workspace_id: string
  readonly task_keys: readonly string[]
  readonly now: Timestamp
  /** Nobody else is given it before. */
  readonly until: Timestamp
}

/** `is_claimed`: false when another worker was faster, and there may be more. */
export type ClaimedTask = TaskRunRow & { readonly is_claimed: boolean }

/** The next background task for a worker: retries first, then in the order of their time. Null: there is none. */
export async function claimBackgroundTask(tx: Transaction, claim: TaskClaim): Promise<ClaimedTask | null> {
  const { workspace_id, task_keys, now, until } = claim
  const [row] = await tx.query<ClaimedTask>(sql`
    with chosen as materialized (
      select t.id, t.state_id
      from task_run t
      left join task_run_delivery d on d.task_run_id = t.id and d.state_id = t.state_id and d.until > ${now}
      where t.workspace_id = ${workspace_id}
        and t.state_type = 'SCHEDULED'
        and t.task_key = any(${task_keys}::text[])
        and t.state -> 'state_details' ->> 'deferred' = 'true'
        and d.task_run_id is null
      order by t.state_name = 'AwaitingRetry' desc, t.expected_start_time, t.id
      limit 1
      for no key update of t skip locked
    ), claimed as (
      insert into task_run_delivery (task_run_id, state_id, until)
      select c.id, c.state_id, ${until}
      from chosen c
      on conflict (task_run_id) do update
      set state_id = excluded.state_id,
        until = excluded.until
      where task_run_delivery.state_id <> excluded.state_id
        or task_run_delivery.until <= ${now}
      returning task_run_id
    )
    select ${taskRunColumns}, d.task_run_id is not null as is_claimed
    from chosen c
    join task_run t on t.id = c.id
    left join claimed d on d.task_run_id = c.id
  `)
  return row ?? null
}

/** The worker has it and is about to begin. */
export async function extendDelivery(db: Queryable, task_run_id: string, until: Timestamp): Promise<void> {
  await db.query(sql`
    update task_run_delivery
    set until = ${until}
    where task_run_id = ${task_run_id}
  `)
}

/** The worker is gone without having taken it: it is the next one's. */
export async function deleteDelivery(db: Queryable, task_run_id: string): Promise<void> {
  await db.query(sql`
    delete from task_run_delivery
    where task_run_id = ${task_run_id}
  `)
}

export async function deleteExpiredDeliveries(db: Queryable, now: Timestamp, limit: number): Promise<void> {
  await db.query(sql`
    delete from task_run_delivery
    where task_run_id in (
      select d.task_run_id
      from task_run_delivery d
      where d.until <= ${now}
      order by d.until, d.task_run_id
      limit ${limit}
      for update skip locked
    )
  `)
}
