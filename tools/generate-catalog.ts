import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { startEmbeddedPostgres } from '../packages/server/src/store/embedded.ts'
import { migrate } from '../packages/server/src/store/migrate.ts'
import { openDatabase } from '../packages/server/src/store/postgres.ts'
import type { Database } from '../packages/server/src/store/database.ts'
import { sql } from '../packages/server/src/store/sql.ts'

export type Column = {
  readonly table: string
  readonly name: string
  /** As `format_type` prints it: `timestamp with time zone`, `text[]`. */
  readonly type: string
  readonly nullable: boolean
}

export type SchemaTable = {
  readonly name: string
  /** `create table …;` without constraints. */
  readonly columns: readonly string[]
  readonly partition_key: string | null
  /** For a partition: `partition of log default`. */
  readonly partition_of: string | null
  readonly options: readonly string[] | null
  readonly constraints: readonly string[]
  readonly indexes: readonly string[]
  readonly triggers: readonly string[]
}

export type Schema = {
  readonly extensions: readonly string[]
  readonly sequences: readonly string[]
  readonly functions: readonly string[]
  readonly tables: readonly SchemaTable[]
}

/** What the migrations make of an empty database. */
export interface Catalog {
  columns(): Promise<readonly Column[]>
  schema(): Promise<Schema>
  close(): Promise<void>
}

/** Kept by the migration runner, not by any statement of the store. */
const OWN_TABLE = 'slipway_migration'

export async function openMigratedCatalog(root: string): Promise<Catalog> {
  const log = pino({ level: 'warn' })
  const dataDir = join(root, '.cache', `generate-postgres-${process.pid}`)
  const server = await startEmbeddedPostgres({ dataDir, log, fsync: false })
  async function stop() {
    await server.stop()
    await rm(dataDir, { recursive: true })
  }
  try {
    await migrate(server.url, { dir: join(root, 'packages/server/src/store/migrations'), log })
    const db = await openDatabase({ url: server.url, applicationName: 'slipway generate', poolSize: 1, log })
    return {
      columns: () => listColumns(db),
      schema: () => readSchema(db),
      close: () => db.close().then(stop),
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function listColumns(db: Database): Promise<readonly Column[]> {
  return await db.query<Column>(sql`
    select
      c.relname as table,
      a.attname as name,
      format_type(a.atttypid, null) as type,
      not a.attnotnull as nullable
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace
      and c.relkind in ('r', 'p')
      and not c.relispartition
      and c.relname <> ${OWN_TABLE}
    order by c.relname collate "C", a.attnum
  `)
}

async function readSchema(db: Database): Promise<Schema> {
  const [extensions, sequences, functions, tables] = [
    await listExtensions(db),
    await listSequences(db),
    await listFunctions(db),
    await listTables(db),
  ]
  return { extensions, sequences, functions, tables }
}

async function listExtensions(db: Database): Promise<readonly string[]> {
  const rows = await db.query<{ name: string }>(sql`
    select extname as name
    from pg_extension
    where extname <> 'plpgsql'
    order by extname collate "C"
  `)
  return rows.map(({ name }) => `create extension ${name}`)
}

async function listSequences(db: Database): Promise<readonly string[]> {
  // Those of identity columns belong to their column.
  const rows = await db.query<{ text: string }>(sql`
    select 'create sequence ' || quote_ident(c.relname) || ' as ' || format_type(s.seqtypid, null)
      || case when s.seqcycle then ' cycle' else '' end as text
    from pg_sequence s
    join pg_class c on c.oid = s.seqrelid
    where c.relnamespace = 'public'::regnamespace
      and not exists (
        select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'i')
    order by c.relname collate "C"
  `)
  return rows.map(({ text }) => text)
}

async function listFunctions(db: Database): Promise<readonly string[]> {
  const rows = await db.query<{ text: string }>(sql`
    select pg_get_functiondef(p.oid) as text
    from pg_proc p
    where p.pronamespace = 'public'::regnamespace
      and not exists (
        select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
    order by p.proname collate "C", p.oid
  `)
  return rows.map(({ text }) => text.trim())
}

/** What belongs to a parent table (partitions' columns, constraints, indexes) is told once, there. */
async function listTables(db: Database): Promise<readonly SchemaTable[]> {
  return await db.query<SchemaTable>(sql`
    select
      c.relname as name,
      array(
        select quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
          || case when a.attnotnull then ' not null' else '' end
          || case a.attidentity when 'a' then ' generated always as identity' when 'd' then ' generated by default as identity' else '' end
          || case
            when d.adbin is null then ''
            when a.attgenerated = 's' then ' generated always as (' || pg_get_expr(d.adbin, d.adrelid) || ') stored'
            else ' default ' || pg_get_expr(d.adbin, d.adrelid)
          end
        from pg_attribute a
        left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and not c.relispartition
        order by a.attnum
      ) as columns,
      case c.relkind when 'p' then pg_get_partkeydef(c.oid) end as partition_key,
      case when c.relispartition then i.inhparent::regclass || ' ' || pg_get_expr(c.relpartbound, c.oid) end as partition_of,
      c.reloptions as options,
      array(
        select quote_ident(k.conname) || ' ' || pg_get_constraintdef(k.oid)
        from pg_constraint k
        where k.conrelid = c.oid and k.contype in ('p', 'u', 'f', 'c', 'x') and k.conparentid = 0 and k.conislocal
        order by array_position('{p,u,f,c,x}'::"char"[], k.contype), k.conname collate "C"
      ) as constraints,
      array(
        select pg_get_indexdef(x.indexrelid)
        from pg_index x
        join pg_class ic on ic.oid = x.indexrelid
        where x.indrelid = c.oid and not ic.relispartition
          and not exists (select from pg_constraint k where k.conindid = x.indexrelid and k.contype in ('p', 'u', 'x'))
        order by ic.relname collate "C"
      ) as indexes,
      array(
        select pg_get_triggerdef(t.oid)
        from pg_trigger t
        where t.tgrelid = c.oid and not t.tgisinternal and t.tgparentid = 0
        order by t.tgname collate "C"
      ) as triggers
    from pg_class c
    left join pg_inherits i on i.inhrelid = c.oid
    where c.relnamespace = 'public'::regnamespace
      and c.relkind in ('r', 'p')
      and c.relname <> ${OWN_TABLE}
    order by c.relname collate "C"
  `)
}
