import { Pool, type ClientBase, type ClientConfig, type PoolClient } from 'pg'
import type { Logger } from 'pino'
import type { Sql } from 'sql-template-tag'
import { StartupError } from '../errors.ts'
import type { Database, Transaction } from './database.ts'
import { checkUrl, unreachable } from './postgres-faults.ts'
import { createListener } from './postgres-listener.ts'
import { rowTypes } from './postgres-types.ts'
import { createStatementNames } from './statement-names.ts'

const OLDEST_MAJOR = 15
const NEWEST_MAJOR = 18
const CONNECT_TIMEOUT_MS = 10_000
/** Idle connections are kept for long: a new one has to prepare its statements again. */
const IDLE_TIMEOUT_MS = 300_000

export interface DatabaseOptions {
  readonly url: string
  /** What `pg_stat_activity` shows. */
  readonly applicationName: string
  readonly poolSize?: number
  readonly log: Logger
}

/** Connects, checks the version and returns the pool; throws `StartupError` with the next step when that is impossible. */
export async function openDatabase({ url, applicationName, poolSize = 10, log }: DatabaseOptions): Promise<Database> {
  checkUrl(url)
  const config: ClientConfig = {
    connectionString: url,
    application_name: applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: rowTypes,
  }
  // The pool awaits what `onConnect` returns, which its types do not say.
  const onConnect = prepareSession as (client: ClientBase) => void
  const pool = new Pool({ ...config, max: poolSize, idleTimeoutMillis: IDLE_TIMEOUT_MS, onConnect })
  // A connection that breaks while nobody waits on it is replaced by the pool; without listeners it would end the process.
  // Once they are being closed, how they end is nobody's concern. The error itself carries the whole client: only its words are kept.
  let isClosing = false
  pool.on('error', ({ message }) => {
    if (!isClosing) log.warn({ reason: message }, 'an idle database connection was lost')
  })
  pool.on('connect', (client) =>
    client.on('error', ({ message }) => log.debug({ reason: message }, 'a database connection was lost')),
  )
  await checkVersion(pool, url, log)

  const nameOf = createStatementNames()
  const listener = createListener({ config, log })
  return {
    query: (statement) => run(pool, nameOf, statement),
    async transaction(work) {
      const client = await pool.connect()
      return await inTransaction(
        client,
        { isTransaction: true, query: (statement) => run(client, nameOf, statement) },
        work,
      )
    },
    listen: (channel, onMessage) => listener.listen(channel, onMessage),
    async close() {
      isClosing = true
      await listener.close()
      await pool.end()
    },
  }
}

async function prepareSession(client: ClientBase): Promise<void> {
  await client.query(`set timezone to 'UTC'; set datestyle to 'ISO'`)
}

async function checkVersion(pool: Pool, url: string, log: Logger): Promise<void> {
  const found = await pool
    .query<{ number: number; version: string }>(
      `select current_setting('server_version_num')::int as number, current_setting('server_version') as version`,
    )
    .catch(async (error: unknown) => {
      await pool.end()
      throw unreachable(url, error)
    })
  const { number, version } = found.rows[0] ?? { number: 0, version: 'unknown' }
  const major = Math.floor(number / 10_000)
  if (major < OLDEST_MAJOR) {
    await pool.end()
    throw new StartupError(
      `PostgreSQL ${version} is too old. Next: use PostgreSQL ${OLDEST_MAJOR} to ${NEWEST_MAJOR}, or leave --database-url out to use the embedded one.`,
    )
  }
  if (major > NEWEST_MAJOR)
    log.warn({ version }, `this PostgreSQL is newer than ${NEWEST_MAJOR}, the newest that Slipway is tested with`)
}

async function run<Row extends object>(
  on: Pool | PoolClient,
  nameOf: (text: string) => string | undefined,
  statement: Sql,
): Promise<Row[]> {
  const { text, values } = statement
  if (values.includes(undefined)) throw new TypeError(`A parameter is undefined in: ${text}`)
  const name = nameOf(text)
  const result = await on.query<Row>(name === undefined ? { text, values } : { name, text, values })
  return result.rows
}

/**
 * Transactions write rows that are named by id or found by an index in its order: one plan fits every value, and
 * planning anew each time cost more than running (measured: 0.6 ms against 0.14 ms for the lock of a run). One round trip.
 */
const BEGIN = `begin; set local plan_cache_mode = 'force_generic_plan'`

async function inTransaction<T>(
  client: PoolClient,
  tx: Transaction,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  let broken: Error | undefined
  try {
    await client.query(BEGIN)
    const value = await work(tx)
    const { command } = await client.query('commit')
    // PostgreSQL answers a commit of a failed transaction with a silent rollback.
    if (command !== 'COMMIT')
      throw new Error('The transaction was rolled back: one of its statements had failed and the error was caught')
    return value
  } catch (error) {
    // The first error is the one that matters; a connection that cannot roll back is not used again.
    await client.query('rollback').catch((rollbackError: Error) => {
      broken = rollbackError
    })
    throw error
  } finally {
    client.release(broken)
  }
}
