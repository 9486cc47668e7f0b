import type { JsonObject, Timestamp } from '@slipway/contract'
import type { Queryable, Transaction } from './database.ts'
import type { EventPosition, StoredEvent } from './events.ts'
import type { AutomationBucketRow, AutomationFiringRow } from './rows.ts'
import { sql } from './sql.ts'

export interface AutomationCursor extends EventPosition {
  readonly since: Timestamp
  readonly generation: number
  readonly ticked: Timestamp
  /** The database was restored into another cluster, whose transactions are counted anew. */
  readonly is_ahead: boolean
}

/** Null: another server is evaluating. */
export async function lockAutomationCursor(tx: Transaction): Promise<AutomationCursor | null> {
  const [cursor] = await tx.query<AutomationCursor>(sql`
    select c.xid::text as xid, c.seq, c.since, c.generation, c.ticked,
      c.xid > pg_snapshot_xmin(pg_current_snapshot()) as is_ahead
    from automation_cursor c
    where c.only_row
    for update skip locked
  `)
  return cursor ?? null
}

export async function updateAutomationCursor(
  tx: Transaction,
  cursor: Omit<AutomationCursor, 'is_ahead'>,
): Promise<void> {
  await tx.query(sql`
    update automation_cursor
    set xid = ${cursor.xid}::xid8,
      seq = ${cursor.seq},
      since = ${cursor.since},
      generation = ${cursor.generation},
      ticked = ${cursor.ticked}
    where only_row
  `)
}

/** An event without its payload, which may be large and is only wanted when an automation takes the event. */
export type EventHead = Omit<StoredEvent, 'payload' | 'follows'> & { readonly xid: string; readonly seq: number }

/** In the order in which they can be told, as `listEventsAfter`. */
export async function listEventHeadsAfter(
  tx: Transaction,
  after: EventPosition,
  limit: number,
): Promise<readonly EventHead[]> {
  return await tx.query<EventHead>(sql`
    select e.id, e.workspace_id, e.occurred, e.received, e.event, e.resource, e.related, e.xid::text as xid, e.seq
    from event e
    where (e.xid, e.seq) > (${after.xid}::xid8, ${after.seq}::bigint)
      and e.xid < pg_snapshot_xmin(pg_current_snapshot())
    order by e.xid, e.seq
    limit ${limit}
  `)
}

/** When the oldest event was received that is behind a position and was not told yet; null: there is none. */
export async function findOldestUntold(tx: Transaction, after: EventPosition): Promise<Timestamp | null> {
  const [event] = await tx.query<{ received: Timestamp }>(sql`
    select e.received
    from event e
    where (e.xid, e.seq) > (${after.xid}::xid8, ${after.seq}::bigint)
    order by e.xid, e.seq
    limit 1
  `)
  return event?.received ?? null
}

export async function listWholeEvents(
  tx: Transaction,
  heads: readonly { readonly id: string; readonly occurred: Timestamp }[],
): Promise<readonly StoredEvent[]> {
  if (heads.length === 0) return []
  const keys = heads.map(({ id, occurred }) => ({ id, occurred }))
  return await tx.query<StoredEvent>(sql`
    select e.id, e.workspace_id, e.occurred, e.received, e.event, e.resource, e.related, e.payload, e.follows
    from json_to_recordset(${JSON.stringify(keys)}::json) as x(id uuid, occurred timestamptz)
    join event e on e.id = x.id and e.occurred = x.occurred
    order by e.xid, e.seq
  `)
}

export interface BucketKey {
  readonly trigger_id: string
  readonly key: readonly string[]
}

export async function listBuckets(
  tx: Transaction,
  keys: readonly BucketKey[],
): Promise<readonly AutomationBucketRow[]> {
  if (keys.length === 0) return []
  return await tx.query<AutomationBucketRow>(sql`
    select b.trigger_id, b.key, b.workspace_id, b.automation_id, b.proactive, b.start_time, b.end_time, b.count, b.last_event
    from json_to_recordset(${JSON.stringify(keys)}::json) as x(trigger_id uuid, key text[])
    join automation_bucket b on b.trigger_id = x.trigger_id and b.key = x.key
    order by b.trigger_id, b.key
  `)
}

/** Proactive ones whose time is over, the oldest first. */
export async function listBucketsOver(
  tx: Transaction,
  as_of: Timestamp,
  limit: number,
): Promise<readonly AutomationBucketRow[]> {
  return await tx.query<AutomationBucketRow>(sql`
    select b.trigger_id, b.key, b.workspace_id, b.automation_id, b.proactive, b.start_time, b.end_time, b.count, b.last_event
    from automation_bucket b
    where b.proactive
      and b.end_time <= ${as_of}
    order by b.end_time, b.trigger_id, b.key
    limit ${limit}
  `)
}

export async function upsertBuckets(tx: Transaction, rows: readonly AutomationBucketRow[]): Promise<void> {
  if (rows.length === 0) return
  await tx.query(sql`
    insert into automation_bucket (trigger_id, key, workspace_id, automation_id, proactive, start_time, end_time, count,
      last_event)
    select x.trigger_id, x.key, x.workspace_id, x.automation_id, x.proactive, x.start_time, x.end_time, x.count,
      case when json_typeof(x.last_event) = 'null' then null else x.last_event end
    from json_to_recordset(${JSON.stringify(rows)}::json) as x(
      trigger_id uuid, key text[], workspace_id uuid, automation_id uuid, proactive boolean, start_time timestamptz,
      end_time timestamptz, count integer, last_event json)
    on conflict (trigger_id, key) do update
    set start_time = excluded.start_time,
      end_time = excluded.end_time,
      count = excluded.count,
      last_event = excluded.last_event
  `)
}

export async function deleteBuckets(tx: Transaction, keys: readonly BucketKey[]): Promise<void> {
  if (keys.length === 0) return
  await tx.query(sql`
    delete from automation_bucket b
    using json_to_recordset(${JSON.stringify(keys)}::json) as x(trigger_id uuid, key text[])
    where b.trigger_id = x.trigger_id
      and b.key = x.key
  `)
}

/** Reactive ones that are over: nothing will be counted there any more. */
export async function sweepBuckets(tx: Transaction, ended_before: Timestamp, limit: number): Promise<void> {
  await tx.query(sql`
    delete from automation_bucket b
    using (
      select o.trigger_id, o.key
      from automation_bucket o
      where not o.proactive
        and o.end_time <= ${ended_before}
      order by o.end_time, o.trigger_id, o.key
      limit ${limit}
    ) over_
    where b.trigger_id = over_.trigger_id
      and b.key = over_.key
  `)
}

export async function listFirings(
  tx: Transaction,
  automation_ids: readonly string[],
): Promise<readonly AutomationFiringRow[]> {
  if (automation_ids.length === 0) return []
  return await tx.query<AutomationFiringRow>(sql`
    select f.trigger_id, f.workspace_id, f.automation_id, f.triggered, f.firing
    from automation_firing f
    where f.automation_id = any(${automation_ids}::uuid[])
    order by f.trigger_id
  `)
}

export async function upsertFirings(tx: Transaction, rows: readonly AutomationFiringRow[]): Promise<void> {
  if (rows.length === 0) return
  await tx.query(sql`
    insert into automation_firing (trigger_id, workspace_id, automation_id, triggered, firing)
    select x.trigger_id, x.workspace_id, x.automation_id, x.triggered, x.firing
    from json_to_recordset(${JSON.stringify(rows)}::json) as x(
      trigger_id uuid, workspace_id uuid, automation_id uuid, triggered timestamptz, firing json)
    on conflict (trigger_id) do update
    set triggered = excluded.triggered,
      firing = excluded.firing
  `)
}

export async function deleteFirings(tx: Transaction, trigger_ids: readonly string[]): Promise<void> {
  if (trigger_ids.length === 0) return
  await tx.query(sql`
    delete from automation_firing f
    where f.trigger_id = any(${trigger_ids}::uuid[])
  `)
}

/** Of automations that are gone or have other triggers now: what is remembered under an id that no trigger has. */
export async function sweepFirings(tx: Transaction, limit: number): Promise<void> {
  await tx.query(sql`
    delete from automation_firing f
    using (
      select o.trigger_id
      from automation_firing o
      left join automation a on a.id = o.automation_id
      where a.id is null or position(o.trigger_id::text in a.trigger::text) = 0
      order by o.trigger_id
      limit ${limit}
    ) orphan
    where f.trigger_id = orphan.trigger_id
  `)
}

const MOST_AUTOMATIONS = 20_000

export interface EnabledAutomation {
  readonly id: string
  readonly workspace_id: string
  readonly created: Timestamp
  readonly name: string
  readonly trigger: JsonObject
}

/** Those of all workspaces. */
export async function listEnabledAutomations(db: Queryable): Promise<readonly EnabledAutomation[]> {
  return await db.query<EnabledAutomation>(sql`
    select a.id, a.workspace_id, a.created, a.name, a.trigger
    from automation a
    where a.enabled
    order by a.id
    limit ${MOST_AUTOMATIONS}
  `)
}
