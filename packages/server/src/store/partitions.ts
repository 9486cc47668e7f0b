import { addSeconds, type Timestamp } from '@slipway/contract'
import type { Queryable, Transaction } from './database.ts'
import { raw, type Sql, sql } from './sql.ts'

/** Tables with one partition a day, and the column that says which. */
export const PARTITIONED = { log: 'timestamp', event: 'occurred' } as const

export type PartitionedTable = keyof typeof PARTITIONED

/** A partition that holds the rows of one day (UTC). */
export interface DayPartition {
  readonly table: PartitionedTable
  /** `2031-01-02` */
  readonly day: string
}

const LOCK = 727_401
const DAY_SECONDS = 86_400

/** The day's partition of each table, whether it exists or not. */
export function dayPartitions(day_of: Timestamp): readonly DayPartition[] {
  return [
    { table: 'log', day: day_of.slice(0, 10) },
    { table: 'event', day: day_of.slice(0, 10) },
  ]
}

/** Only one server at a time makes partitions; released at the end of the transaction. */
export async function lockPartitionMaking(tx: Transaction): Promise<void> {
  // Reads of all days wait while the default partition is locked: better to give up and come back.
  await tx.query(sql`set local lock_timeout = '3s'`)
  await tx.query(sql`select pg_advisory_xact_lock(${LOCK})::text as locked`)
}

export async function listMissingPartitions(
  db: Queryable,
  wanted: readonly DayPartition[],
): Promise<readonly DayPartition[]> {
  const names = wanted.map(nameOf)
  const rows = await db.query<{ name: string }>(sql`
    select n.name
    from unnest(${names}::text[]) as n(name)
    where to_regclass(n.name) is null
    order by n.name
  `)
  const missing = new Set(rows.map((row) => row.name))
  return wanted.filter((partition) => missing.has(nameOf(partition)))
}

/** Nobody may write into the default partition while rows leave it and a new one is attached beside it. */
export async function lockDefaultPartition(tx: Transaction, table: PartitionedTable): Promise<void> {
  await tx.query(sql`lock table ${defaultOf(table)} in access exclusive mode`)
}

export async function createPartitionTable(tx: Transaction, partition: DayPartition): Promise<void> {
  await tx.query(
    sql`create table ${raw(nameOf(partition))} (like ${raw(partition.table)} including defaults including constraints)`,
  )
}

/** Rows that came before their partition: it could not be attached while the default one holds them. */
export async function moveRowsFromDefault(tx: Transaction, partition: DayPartition): Promise<void> {
  const { from, to } = boundsOf(partition)
  const column = raw(PARTITIONED[partition.table])
  await tx.query(sql`
    with moved as (
      delete from ${defaultOf(partition.table)}
      where ${column} >= ${from}
        and ${column} < ${to}
      returning *
    )
    insert into ${raw(nameOf(partition))}
    select *
    from moved
  `)
}

/** Makes its indexes too. */
export async function attachPartition(tx: Transaction, partition: DayPartition): Promise<void> {
  const { from, to } = boundsOf(partition)
  const bounds = raw(`from ('${from}') to ('${to}')`)
  await tx.query(
    sql`alter table ${raw(partition.table)} attach partition ${raw(nameOf(partition))} for values ${bounds}`,
  )
}

/** Partitions of whole days before a moment, the oldest first. */
export async function listPartitionsBefore(
  db: Queryable,
  table: PartitionedTable,
  before: Timestamp,
): Promise<readonly DayPartition[]> {
  const days = await db.query<{ day: string }>(sql`
    select to_char(to_date(right(c.relname, 8), 'YYYYMMDD'), 'YYYY-MM-DD') as day
    from pg_inherits i
    join pg_class c on c.oid = i.inhrelid
    where i.inhparent = to_regclass(${table})
      and c.relname ~ ${`^${table}_[0-9]{8}$`}
    order by 1
    limit 1000
  `)
  return days.map(({ day }) => ({ table, day })).filter((partition) => boundsOf(partition).to <= before)
}

/** All rows of the day at once; whoever reads or writes the table waits for a moment. */
export async function dropPartition(tx: Transaction, partition: DayPartition): Promise<void> {
  await tx.query(sql`drop table if exists ${raw(nameOf(partition))}`)
}

/** Old rows that came when their day had no partition. How many were deleted. */
export async function deleteFromDefault(
  db: Queryable,
  table: PartitionedTable,
  before: Timestamp,
  limit: number,
): Promise<number> {
  const column = raw(PARTITIONED[table])
  const [row] = await db.query<{ deleted: number }>(sql`
    with deleted as (
      delete from ${defaultOf(table)}
      where ctid = any(array(
        select o.ctid
        from ${defaultOf(table)} o
        where o.${column} < ${before}
        limit ${limit}
      ))
      returning 1
    )
    select count(*)::integer as deleted
    from deleted
  `)
  return row?.deleted ?? 0
}

function nameOf({ table, day }: DayPartition): string {
  // The name becomes part of a statement: nothing but digits of a date of ours may get there.
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) throw new Error(`${day} is not a day`)
  return `${table}_${day.replaceAll('-', '')}`
}

function defaultOf(table: PartitionedTable): Sql {
  return raw(`${table}_default`)
}

function boundsOf({ day }: DayPartition): { readonly from: Timestamp; readonly to: Timestamp } {
  const from = `${day}T00:00:00.000000Z`
  return { from, to: addSeconds(from, DAY_SECONDS) }
}
