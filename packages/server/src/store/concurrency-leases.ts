import type { Timestamp } from '@slipway/contract'
import type { Queryable, Transaction } from './database.ts'
import type { ConcurrencyLeaseRow } from './rows.ts'
import { type Sql, sql } from './sql.ts'

const columns = sql`
  c.id, c.workspace_id, c.created, c.expires, c.slots, c.limit_ids, c.holder_type, c.holder_id`

export async function findLease(db: Queryable, workspace_id: string, id: string): Promise<ConcurrencyLeaseRow | null> {
  const [row] = await db.query<ConcurrencyLeaseRow>(sql`
    select ${columns}
    from concurrency_lease c
    where c.id = ${id}
      and c.workspace_id = ${workspace_id}
  `)
  return row ?? null
}

const MOST_LEASES = 10_000

/** Leases on any of these limits, of one holder when he is given. */
export async function listLeasesOn(
  db: Queryable,
  limit_ids: readonly string[],
  holder_id: string | null,
): Promise<readonly ConcurrencyLeaseRow[]> {
  return await db.query<ConcurrencyLeaseRow>(sql`
    select ${columns}
    from concurrency_lease c
    where c.limit_ids && ${limit_ids}::uuid[]
      and (${holder_id}::uuid is null or c.holder_id = ${holder_id}::uuid)
    order by c.created, c.id
    limit ${MOST_LEASES}
  `)
}

export async function listExpiredLeases(
  db: Queryable,
  now: Timestamp,
  limit: number,
): Promise<readonly ConcurrencyLeaseRow[]> {
  return await db.query<ConcurrencyLeaseRow>(sql`
    select ${columns}
    from concurrency_lease c
    where c.expires <= ${now}
    order by c.expires, c.id
    limit ${limit}
  `)
}

/** Those that are still there, gone. With a moment only those that have expired by then: others were renewed meanwhile. */
export async function removeLeases(
  tx: Transaction,
  ids: readonly string[],
  expired_by: Timestamp | null,
): Promise<readonly ConcurrencyLeaseRow[]> {
  const isExpired: Sql = expired_by === null ? sql`true` : sql`c.expires <= ${expired_by}`
  return await tx.query<ConcurrencyLeaseRow>(sql`
    delete from concurrency_lease c
    where c.id = any(${ids}::uuid[])
      and ${isExpired}
    returning ${columns}
  `)
}

/** False when there is no such lease any more. */
export async function renewLeaseOf(
  db: Queryable,
  workspace_id: string,
  id: string,
  { expires, now }: { readonly expires: Timestamp; readonly now: Timestamp },
): Promise<boolean> {
  const rows = await db.query<{ id: string }>(sql`
    update concurrency_lease
    set expires = ${expires}
    where id = ${id}
      and workspace_id = ${workspace_id}
      and expires > ${now}
    returning id
  `)
  return rows.length === 1
}
