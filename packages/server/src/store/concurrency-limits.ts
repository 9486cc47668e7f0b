import type { Timestamp } from '@slipway/contract'
import type { Queryable, Transaction } from './database.ts'
import { limitColumns } from './deployment-slots.ts'
import type { ConcurrencyLimitRow } from './rows.ts'
import { type Sql, sql } from './sql.ts'

export type LimitKey = { readonly id: string } | { readonly name: string }

function named(key: LimitKey): Sql {
  return 'id' in key ? sql`l.id = ${key.id}` : sql`l.name = ${key.name}`
}

export async function findLimit(
  db: Queryable,
  workspace_id: string,
  key: LimitKey,
): Promise<ConcurrencyLimitRow | null> {
  const [row] = await db.query<ConcurrencyLimitRow>(sql`
    select ${limitColumns}
    from concurrency_limit l
    where l.workspace_id = ${workspace_id}
      and ${named(key)}
  `)
  return row ?? null
}

export async function lockLimit(
  tx: Transaction,
  workspace_id: string,
  key: LimitKey,
): Promise<ConcurrencyLimitRow | null> {
  const [row] = await tx.query<ConcurrencyLimitRow>(sql`
    select ${limitColumns}
    from concurrency_limit l
    where l.workspace_id = ${workspace_id}
      and ${named(key)}
    for no key update
  `)
  return row ?? null
}

/** In id order, as every statement locks limits. */
export async function lockLimitsByName(
  tx: Transaction,
  workspace_id: string,
  names: readonly string[],
): Promise<readonly ConcurrencyLimitRow[]> {
  return await tx.query<ConcurrencyLimitRow>(sql`
    select ${limitColumns}
    from concurrency_limit l
    where l.workspace_id = ${workspace_id}
      and l.name = any(${names}::text[])
    order by l.id
    for no key update
  `)
}

export async function listLimitsByName(
  db: Queryable,
  workspace_id: string,
  names: readonly string[],
): Promise<readonly ConcurrencyLimitRow[]> {
  return await db.query<ConcurrencyLimitRow>(sql`
    select ${limitColumns}
    from concurrency_limit l
    where l.workspace_id = ${workspace_id}
      and l.name = any(${names}::text[])
    order by l.id
  `)
}

/** By name; with a prefix only those whose names begin with it. */
export async function listLimits(
  db: Queryable,
  workspace_id: string,
  { prefix, limit, offset }: { readonly prefix: string; readonly limit: number; readonly offset: number },
): Promise<readonly ConcurrencyLimitRow[]> {
  return await db.query<ConcurrencyLimitRow>(sql`
    select ${limitColumns}
    from concurrency_limit l
    where l.workspace_id = ${workspace_id}
      and starts_with(l.name, ${prefix})
    order by l.name, l.id
    limit ${limit}
    offset ${offset}
  `)
}

/** Null when the name is taken. */
export async function insertLimit(
  tx: Transaction,
  row: Omit<ConcurrencyLimitRow, 'updated' | 'slots_updated' | 'avg_slot_occupancy_seconds'>,
): Promise<ConcurrencyLimitRow | null> {
  const [inserted] = await tx.query<ConcurrencyLimitRow>(sql`
    insert into concurrency_limit as l (id, workspace_id, created, updated, active, name, "limit", active_slots,
      denied_slots, slot_decay_per_second, slots_updated)
    values (${row.id}, ${row.workspace_id}, ${row.created}, ${row.created}, ${row.active}, ${row.name}, ${row.limit},
      ${row.active_slots}, ${row.denied_slots}, ${row.slot_decay_per_second}, ${row.created})
    on conflict (workspace_id, name) do nothing
    returning ${limitColumns}
  `)
  return inserted ?? null
}

/** The caller holds its lock; `slots_updated` is the moment for which the counts are right. */
export async function updateLimit(tx: Transaction, row: ConcurrencyLimitRow): Promise<void> {
  await tx.query(sql`
    update concurrency_limit
    set active = ${row.active},
      name = ${row.name},
      "limit" = ${row.limit},
      active_slots = ${row.active_slots},
      denied_slots = ${row.denied_slots},
      slot_decay_per_second = ${row.slot_decay_per_second},
      slots_updated = ${row.slots_updated},
      updated = ${row.updated}
    where id = ${row.id}
  `)
}

export async function deleteLimit(
  tx: Transaction,
  workspace_id: string,
  key: LimitKey,
): Promise<ConcurrencyLimitRow | null> {
  const [row] = await tx.query<ConcurrencyLimitRow>(sql`
    delete from concurrency_limit l
    where l.workspace_id = ${workspace_id}
      and ${named(key)}
    returning ${limitColumns}
  `)
  return row ?? null
}

export interface WrittenCounts {
  readonly id: string
  readonly active_slots: number
  readonly denied_slots: number
  readonly avg_slot_occupancy_seconds: number
}

/** What was decided under the locks of these limits. */
export async function writeSlotCounts(
  tx: Transaction,
  counts: readonly WrittenCounts[],
  now: Timestamp,
): Promise<void> {
  if (counts.length === 0) return
  await tx.query(sql`
    update concurrency_limit l
    set active_slots = x.active_slots,
      denied_slots = x.denied_slots,
      avg_slot_occupancy_seconds = x.avg_slot_occupancy_seconds,
      slots_updated = ${now},
      updated = ${now}
    from json_to_recordset(${JSON.stringify(counts)}::json) as x(
      id uuid, active_slots double precision, denied_slots double precision, avg_slot_occupancy_seconds double precision)
    where l.id = x.id
  `)
}
