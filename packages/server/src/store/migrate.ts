import { Client, escapeIdentifier } from 'pg'
import type { Logger } from 'pino'
import { StartupError } from '../errors.ts'
import { readMigrations, type Migration } from './migration-files.ts'
import { checkUrl, reasonOf, unreachable } from './postgres-faults.ts'
import { sqlErrorOf } from './sql-errors.ts'

export interface MigrateOptions {
  /** The folder of `NNNN-name.sql` files. */
  readonly dir: string
  readonly log: Logger
  /** How long another server may be migrating before we give up. */
  readonly lockTimeoutMs?: number
}

interface AppliedRow {
  readonly name: string
  readonly sha256: string
  readonly breaking: boolean
}

const MIGRATION_LOCK = 7_104_202_602
const TABLE = escapeIdentifier('slipway_migration')

/**
 * Brings the database to the schema of this version. Any number of servers may call it at once: one migrates, the others
 * wait. Each file is applied whole or not at all; a file that was changed after it was applied is refused.
 */
export async function migrate(
  url: string,
  { dir, log, lockTimeoutMs = 60_000 }: MigrateOptions,
): Promise<{ applied: string[] }> {
  const migrations = await readMigrations(dir)
  checkUrl(url)
  const client = new Client({
    connectionString: url,
    application_name: 'slipway migrate',
    connectionTimeoutMillis: 10_000,
  })
  // A lost connection fails the statement that waits for it.
  client.on('error', (error) => log.debug({ err: error }, 'the migrating connection was lost'))
  await client.connect().catch((error: unknown) => {
    throw unreachable(url, error)
  })
  try {
    await takeLock(client, lockTimeoutMs)
    await client.query(`
      create table if not exists ${TABLE} (
        name text primary key,
        sha256 text not null,
        breaking boolean not null,
        applied timestamptz not null default now()
      )`)
    const { rows } = await client.query<AppliedRow>(`select name, sha256, breaking from ${TABLE} order by name`)
    checkApplied(rows, migrations, log)
    const done = new Set(rows.map(({ name }) => name))
    const pending = migrations.filter(({ name }) => !done.has(name))
    for (const migration of pending) {
      await apply(client, migration)
      log.info({ migration: migration.name }, 'schema migrated')
    }
    return { applied: pending.map(({ name }) => name) }
  } finally {
    // Ends the lock with it.
    await client.end()
  }
}

async function takeLock(client: Client, timeoutMs: number): Promise<void> {
  await client.query(`set lock_timeout = ${Math.ceil(timeoutMs)}`)
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK])
  } catch (error) {
    if (sqlErrorOf(error)?.code !== '55P03') throw error
    throw new StartupError(
      `Another server has been migrating this database for ${Math.round(timeoutMs / 1_000)} s. Next: wait until it has finished, or end it, and start again.`,
      { cause: error },
    )
  }
  await client.query('set lock_timeout = 0')
}

/** Refuses a database that this version cannot work with: a changed file, a schema of the future, a gap. */
function checkApplied(applied: readonly AppliedRow[], migrations: readonly Migration[], log: Logger): void {
  const known = new Map(migrations.map((migration) => [migration.name, migration]))
  const changed = applied.filter(({ name, sha256 }) => known.has(name) && known.get(name)?.sha256 !== sha256)
  if (changed.length > 0) {
    throw new StartupError(
      `The migration ${namesOf(changed)} was changed after this database had applied it. Next: put the file back as it was released; changes go into a new file.`,
    )
  }
  const unknown = applied.filter(({ name }) => !known.has(name))
  if (unknown.some(({ breaking }) => breaking)) {
    throw new StartupError(
      `This database was migrated by a newer Slipway (${namesOf(unknown)}) and this version cannot work with it. Next: start the newer version, or restore a backup from before the upgrade.`,
    )
  }
  if (unknown.length > 0)
    log.warn(
      { migrations: unknown.map(({ name }) => name) },
      'this database was migrated by a newer Slipway; this version can still work with it',
    )
  const newest = applied.findLast(({ name }) => known.has(name))?.name ?? ''
  const late = migrations.filter(({ name }) => name < newest && !applied.some((row) => row.name === name))
  if (late.length > 0) {
    throw new StartupError(
      `The migration ${namesOf(late)} comes before ${newest}, which this database has already applied. Next: give the new file the next free number.`,
    )
  }
}

function namesOf(migrations: readonly { readonly name: string }[]): string {
  return migrations.map(({ name }) => name).join(', ')
}

async function apply(client: Client, { name, sha256, breaking, text }: Migration): Promise<void> {
  try {
    await client.query('begin')
    await client.query(text)
    await client.query(`insert into ${TABLE} (name, sha256, breaking) values ($1, $2, $3)`, [name, sha256, breaking])
    await client.query('commit')
  } catch (error) {
    throw new StartupError(
      `The migration ${name} failed and was undone (${reasonOf(error)}${placeOf(error, text)}). Next: see the message; the database is as it was before this file.`,
      { cause: error },
    )
  }
}

/** The line of the file that PostgreSQL points to. */
function placeOf(error: unknown, text: string): string {
  const position = error instanceof Error && 'position' in error ? Number(error.position) : Number.NaN
  return Number.isNaN(position) ? '' : ` at line ${text.slice(0, position).split('\n').length}`
}
