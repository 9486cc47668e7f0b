import type { JsonObject, Timestamp } from '@slipway/contract'
import type { Queryable, Transaction } from './database.ts'
import { sql } from './sql.ts'

/** An event as it goes over the wire; labels are strings. */
export interface WireEvent {
  readonly id: string
  readonly occurred: Timestamp
  readonly event: string
  readonly resource: Readonly<Record<string, string>>
  readonly related: readonly Readonly<Record<string, string>>[]
  readonly payload: JsonObject
  readonly follows: string | null
}

export interface StoredEvent extends WireEvent {
  readonly received: Timestamp
  readonly workspace_id: string
}

/** Where a reader of the event stream stands. */
export interface EventPosition {
  readonly xid: string
  readonly seq: number
}

const RESOURCE_ID = 'prefect.resource.id'

/**
 * Stores events in the transaction that made them true; readers are woken when it commits.
 * Idempotent by id: an event that is already there is left alone. Returns the ids that were new.
 */
export async function appendEvents(
  tx: Queryable,
  workspace_id: string,
  events: readonly WireEvent[],
  received: Timestamp,
): Promise<readonly string[]> {
  if (events.length === 0) return []
  const rows = events.map((event) => ({
    ...event,
    resource_id: event.resource[RESOURCE_ID] ?? '',
    related_ids: event.related.map((resource) => resource[RESOURCE_ID] ?? ''),
  }))
  const inserted = await tx.query<{ id: string }>(sql`
    with inserted as (
      insert into event (id, workspace_id, occurred, received, event, resource_id, resource, related, related_ids, payload, follows)
      select x.id, ${workspace_id}::uuid, x.occurred, ${received}::timestamptz, x.event, x.resource_id, x.resource, x.related,
        x.related_ids, x.payload, x.follows
      from json_to_recordset(${JSON.stringify(rows)}::json) as x(
        id uuid, occurred timestamptz, event text, resource_id text, resource jsonb, related jsonb, related_ids text[],
        payload json, follows uuid)
      on conflict do nothing
      returning id
    )
    select id, pg_notify('slipway_event', '') is null as notified
    from inserted
  `)
  return inserted.map((row) => row.id)
}

type EventRow = { readonly [K in keyof StoredEvent]: StoredEvent[K] } & { readonly xid: string; readonly seq: number }

/**
 * Events after a position, in the order in which they can be told: behind every transaction that is still open,
 * because an event with a smaller number may yet appear there. (`e.xid` in the order is the number; the bare name would
 * be the text that is selected, which sorts 10 before 9.)
 */
export async function listEventsAfter(
  db: Queryable,
  after: EventPosition,
  limit: number,
): Promise<readonly EventRow[]> {
  return await db.query<EventRow>(sql`
    select e.id, e.workspace_id, e.occurred, e.received, e.event, e.resource, e.related, e.payload, e.follows,
      e.xid::text as xid, e.seq
    from event e
    where (e.xid, e.seq) > (${after.xid}::xid8, ${after.seq}::bigint)
      and e.xid < pg_snapshot_xmin(pg_current_snapshot())
    order by e.xid, e.seq
    limit ${limit}
  `)
}

/** Whether there are events after a position that cannot be told yet, because an older transaction is still open. */
export async function hasUntoldEvents(db: Queryable, after: EventPosition): Promise<boolean> {
  const [row] = await db.query<{ untold: boolean }>(sql`
    select exists (
      select from event
      where (xid, seq) > (${after.xid}::xid8, ${after.seq}::bigint)
        and xid >= pg_snapshot_xmin(pg_current_snapshot())
    ) as untold
  `)
  return row?.untold ?? false
}

/** The position from which a reader that wants only what is new starts. */
export async function currentEventPosition(db: Queryable): Promise<EventPosition> {
  const [row] = await db.query<EventPosition>(sql`
    select (pg_snapshot_xmin(pg_current_snapshot()))::text as xid, 0::bigint as seq
  `)
  return row ?? { xid: '0', seq: 0 }
}

/** Wakes whoever waits for due runs; delivered when the transaction commits. */
export async function notifyDue(tx: Transaction): Promise<void> {
  await tx.query<{ told: boolean }>(sql`select pg_notify('slipway_due', '') is null as told`)
}
