import type { Timestamp } from '@slipway/contract'
import type { Queryable, Transaction } from './database.ts'
import type { AutomationActionRow } from './rows.ts'
import { sql } from './sql.ts'

export type NewAutomationAction = Omit<AutomationActionRow, 'seq' | 'tries' | 'not_before'>

/** Whoever performs actions is woken when this commits. */
export async function insertAutomationActions(tx: Transaction, rows: readonly NewAutomationAction[]): Promise<void> {
  if (rows.length === 0) return
  await tx.query(sql`
    with inserted as (
      insert into automation_action (id, workspace_id, created, automation_id, action_index, is_call, automation, action,
        firing, triggering_event, triggered_event_id, not_before)
      select x.id, x.workspace_id, x.created, x.automation_id, x.action_index, x.is_call, x.automation, x.action, x.firing,
        case when json_typeof(x.triggering_event) = 'null' then null else x.triggering_event end, x.triggered_event_id,
        x.created
      from json_to_recordset(${JSON.stringify(rows)}::json) as x(
        id uuid, workspace_id uuid, created timestamptz, automation_id uuid, action_index integer, is_call boolean,
        automation json, action json, firing json, triggering_event json, triggered_event_id uuid)
      returning id
    )
    select pg_notify('slipway_action', '') is null as told
    from inserted
    limit 1
  `)
}

const columns = sql`
  a.id, a.seq, a.workspace_id, a.created, a.automation_id, a.action_index, a.is_call, a.automation, a.action, a.firing,
  a.triggering_event, a.triggered_event_id, a.tries, a.not_before`

/** The next one that is to be done inside a transaction, the oldest first; those that others are doing are skipped. */
export async function lockNextAction(tx: Transaction, now: Timestamp): Promise<AutomationActionRow | null> {
  const [row] = await tx.query<AutomationActionRow>(sql`
    select ${columns}
    from automation_action a
    where not a.is_call
      and a.not_before <= ${now}
    order by a.not_before, a.seq
    limit 1
    for update skip locked
  `)
  return row ?? null
}

/** Calls that are due, reserved until `not_before`: whoever takes them is dead when they are still there then. */
export async function claimCalls(
  db: Queryable,
  { now, not_before, limit }: { readonly now: Timestamp; readonly not_before: Timestamp; readonly limit: number },
): Promise<readonly AutomationActionRow[]> {
  return await db.query<AutomationActionRow>(sql`
    update automation_action a
    set tries = a.tries + 1,
      not_before = ${not_before}
    where a.id in (
      select d.id
      from automation_action d
      where d.is_call
        and d.not_before <= ${now}
      order by d.not_before, d.seq
      limit ${limit}
      for update skip locked
    )
    returning ${columns}
  `)
}

/** It failed for a reason that may pass. */
export async function postponeAction(db: Queryable, id: string, not_before: Timestamp): Promise<void> {
  await db.query(sql`
    update automation_action
    set tries = tries + 1,
      not_before = ${not_before}
    where id = ${id}
  `)
}

/** False when another server has told its outcome already. */
export async function deleteAction(tx: Transaction, id: string): Promise<boolean> {
  const rows = await tx.query<{ id: string }>(sql`
    delete from automation_action a
    where a.id = ${id}
    returning a.id
  `)
  return rows.length === 1
}
