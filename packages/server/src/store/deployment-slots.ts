import type { Timestamp } from '@slipway/contract'
import type { Queryable, Transaction } from './database.ts'
import type { ConcurrencyLimitRow } from './rows.ts'
import { type Sql, sql } from './sql.ts'

export const limitColumns = sql`
  l.id, l.workspace_id, l.created, l.updated, l.active, l.name, l."limit", l.active_slots, l.denied_slots,
  l.slot_decay_per_second, l.avg_slot_occupancy_seconds, l.slots_updated`

/** Locks limits in id order; whoever holds them decides alone who gets a slot. */
export async function lockLimits(tx: Transaction, ids: readonly string[]): Promise<ConcurrencyLimitRow[]> {
  return await tx.query<ConcurrencyLimitRow>(sql`
    select ${limitColumns}
    from concurrency_limit l
    where l.id = any(${ids}::uuid[])
    order by l.id
    for no key update
  `)
}

/** Which of these leases still exist? */
export async function listAliveLeases(
  db: Queryable,
  ids: readonly string[],
  now: Timestamp,
): Promise<readonly string[]> {
  const rows = await db.query<{ id: string }>(sql`
    select id
    from concurrency_lease
    where id = any(${ids}::uuid[])
      and expires > ${now}
    order by id
  `)
  return rows.map((row) => row.id)
}

/**
 * Adds to (or takes from) active slots; never below zero. Locks in id order, and brings counts that decay to this
 * moment first, as domain/limits/decay.ts does.
 */
export async function addActiveSlots(
  tx: Transaction,
  changes: readonly { readonly limit_id: string; readonly slots: number }[],
  now: Timestamp,
): Promise<void> {
  if (changes.length === 0) return
  await tx.query(sql`
    with change as materialized (
      select c.limit_id, sum(c.slots) as slots
      from json_to_recordset(${JSON.stringify(changes)}::json) as c(limit_id uuid, slots integer)
      group by c.limit_id
    ), locked as materialized (
      select l.id
      from concurrency_limit l
      join change c on c.limit_id = l.id
      order by l.id
      for no key update of l
    )
    update concurrency_limit l
    set active_slots = greatest(0, greatest(0, l.active_slots - l.slot_decay_per_second * ${elapsed(now)}) + c.slots),
      denied_slots = greatest(0, l.denied_slots - ${elapsed(now)} * case
        when l.slot_decay_per_second > 0 then l.slot_decay_per_second
        else 1 / greatest(0.1, least(l.avg_slot_occupancy_seconds, case when l.name like 'tag:%' then 10 else 30 end))
      end),
      slots_updated = ${now},
      updated = ${now}
    from change c
    join locked k on k.id = c.limit_id
    where l.id = c.limit_id
  `)
}

function elapsed(now: Timestamp): Sql {
  return sql`greatest(0, extract(epoch from ${now}::timestamptz - l.slots_updated))::double precision`
}

export interface NewLease {
  readonly id: string
  readonly workspace_id: string
  readonly created: Timestamp
  readonly expires: Timestamp
  readonly slots: number
  readonly limit_ids: readonly string[]
  readonly holder_type: string | null
  readonly holder_id: string | null
}

export async function insertLeases(tx: Transaction, leases: readonly NewLease[]): Promise<void> {
  if (leases.length === 0) return
  await tx.query(sql`
    insert into concurrency_lease (id, workspace_id, created, expires, slots, limit_ids, holder_type, holder_id)
    select x.id, x.workspace_id, x.created, x.expires, x.slots, x.limit_ids, x.holder_type, x.holder_id
    from json_to_recordset(${JSON.stringify(leases)}::json) as x(
      id uuid, workspace_id uuid, created timestamptz, expires timestamptz, slots integer, limit_ids uuid[],
      holder_type text, holder_id uuid)
  `)
}

/** False when the lease is gone. */
export async function renewLease(db: Queryable, id: string, expires: Timestamp, now: Timestamp): Promise<boolean> {
  const rows = await db.query<{ id: string }>(sql`
    update concurrency_lease
    set expires = ${expires}
    where id = ${id}
      and expires > ${now}
    returning id
  `)
  return rows.length === 1
}

type GoneLease = { readonly id: string; readonly slots: number; readonly limit_ids: readonly string[] }

/** The leases of one holder, gone; the caller gives their slots back. */
export async function deleteLeases(
  tx: Transaction,
  by: { readonly id: string | null; readonly holder_id: string },
): Promise<readonly GoneLease[]> {
  return await tx.query<GoneLease>(sql`
    delete from concurrency_lease
    where (${by.id}::uuid is not null and id = ${by.id}::uuid)
      or (${by.id}::uuid is null and holder_id = ${by.holder_id})
    returning id, slots, limit_ids
  `)
}
