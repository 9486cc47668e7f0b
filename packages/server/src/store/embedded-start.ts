import { open, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import type { Logger } from 'pino'
import { StartupError } from '../errors.ts'
import { clusterUrl, type Cluster } from './embedded-cluster.ts'
import { findPostmaster, signalPostmaster, spawnPostmaster } from './embedded-postmaster.ts'
import { freePort } from './local-processes.ts'
import { sqlErrorOf } from './sql-errors.ts'

export interface StartOptions {
  readonly cluster: Cluster
  readonly log: Logger
  readonly fsync: boolean
  readonly settings: Readonly<Record<string, string>>
  /** Aborted when the server is to stop. */
  readonly signal: AbortSignal
}

/** A running server whose data folder is ours. */
export interface Owned {
  readonly port: number
  readonly adopted: boolean
  /** Resolves when the connection that holds our lock is gone. */
  readonly lost: Promise<void>
}

const POLL_MS = 10
/** Any number that no other lock in this database uses. */
const OWNER_LOCK = 7_104_202_601
/** How long a server that was just killed may hold its lock until PostgreSQL notices. */
const LOCK_PATIENCE_MS = 2_000
/** How long orphaned backends of a killed postmaster, or one that is shutting down, may stand in the way. */
const START_PATIENCE_MS = 60_000
/** Replaying a long log after a crash is work, not a fault. */
const RECOVERY_PATIENCE_MS = 600_000
const RECOVERY_NOTE_MS = 10_000
/** Reasons that pass: orphans of a killed postmaster, another server starting at this moment, a port just taken. */
const PASSING =
  /pre-existing shared memory block|lock file "postmaster\.pid"|could not create any TCP\/IP sockets|could not bind/

/** Adopts the running postmaster of the cluster or starts one, and takes the lock. On `wantedPort`, or any free one. */
export async function bringUp(start: StartOptions, wantedPort: number | null): Promise<Owned> {
  const { cluster, signal } = start
  const deadline = performance.now() + START_PATIENCE_MS
  let adopted = true
  let obstacle = 'it does not answer'
  while (performance.now() < deadline) {
    signal.throwIfAborted()
    const running = await findPostmaster(cluster.folder)
    if (running === null) {
      adopted = false
      obstacle = (await launch(start, wantedPort ?? (await freePort()))) ?? obstacle
    } else if (running.isReady) {
      const client = await connect(cluster, running.port)
      if (client !== null && (await takeLock(cluster, client))) {
        if (wantedPort === null || running.port === wantedPort)
          return { port: running.port, adopted, lost: lossOf(client) }
        // Started meanwhile by a server that has gone again; our clients know the old port only.
        signalPostmaster(cluster, running.pid, 'fast')
      }
    }
    await sleep(POLL_MS)
  }
  throw new StartupError(
    `The embedded PostgreSQL did not start (${obstacle}). Next: look into ${cluster.logFile}, end PostgreSQL processes that still use ${cluster.folder}, and start again.`,
  )
}

function lossOf(client: Client): Promise<void> {
  return new Promise((settle) => client.on('end', () => settle()))
}

/** Starts a postmaster and waits until it serves: null. A reason that may pass is returned, any other one throws. */
async function launch({ cluster, log, fsync, settings, signal }: StartOptions, port: number): Promise<string | null> {
  const logStart = await stat(cluster.logFile).then(
    ({ size }) => size,
    () => 0,
  )
  const child = await spawnPostmaster(cluster, { port, fsync, settings })
  const end: { reason: string | null } = { reason: null }
  child.on('error', (error) => (end.reason = error.message))
  child.on('exit', (code, signalName) => (end.reason ??= `ended with ${signalName ?? code}`))
  const began = performance.now()
  let nextNote = began + RECOVERY_NOTE_MS
  while (end.reason === null) {
    signal.throwIfAborted()
    const running = await findPostmaster(cluster.folder)
    if (running?.isReady === true && running.pid === child.pid) return null
    if (performance.now() > began + RECOVERY_PATIENCE_MS) return 'it is not ready after ten minutes'
    if (performance.now() > nextNote) {
      log.info('the embedded PostgreSQL is still starting (after a crash it replays its log first)')
      nextNote += RECOVERY_NOTE_MS
    }
    await sleep(POLL_MS)
  }
  const reason = (await fatalReason(cluster.logFile, logStart)) ?? end.reason
  if (PASSING.test(reason)) return reason
  throw new StartupError(
    `The embedded PostgreSQL did not start (${reason}). Next: look into ${cluster.logFile}; free disk space and permissions of ${cluster.folder} are the usual causes.`,
  )
}

/** What was logged since `from` as the reason of an end, without the prefixes. */
async function fatalReason(path: string, from: number): Promise<string | null> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    // A file smaller than before was begun anew.
    const start = size < from ? 0 : from
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(size - start, 65_536)), 0, null, start)
    const reasons = buffer.toString('utf8', 0, bytesRead).matchAll(/(?:FATAL|PANIC|LOG: +(?=could not bind)):? +(.*)/g)
    const texts = new Set(Array.from(reasons, ([, text = '']) => text))
    return texts.size === 0 ? null : [...texts].join('; ')
  } finally {
    await file.close()
  }
}

/** Null while the server does not take connections (starting, stopping, gone). */
async function connect(cluster: Cluster, port: number): Promise<Client | null> {
  const client = new Client({
    connectionString: clusterUrl(cluster, port),
    application_name: `slipway owner ${process.pid}`,
    connectionTimeoutMillis: 5_000,
  })
  // Losing the connection is told by 'end'; an 'error' without a listener would end the process.
  client.on('error', () => undefined)
  try {
    await client.connect()
    return client
  } catch (error) {
    if (sqlErrorOf(error)?.code !== '28P01') return null
    throw new StartupError(
      `The PostgreSQL on port ${port} does not know the password of ${cluster.folder}. Next: end that process and start again, or choose another --data-dir.`,
      { cause: error },
    )
  }
}

/** The lock is held by this connection until it, or this process, ends. False when the connection was lost instead. */
async function takeLock(cluster: Cluster, client: Client): Promise<boolean> {
  try {
    const holder = await lockOrHolder(client)
    if (holder === null) return true
    await client.end()
    throw new StartupError(
      `The data directory ${cluster.dataDir} is in use by another Slipway server (${holder}). Next: stop that one, or give this one its own --data-dir; to run several servers give all the same --database-url.`,
    )
  } catch (error) {
    // A server that is just being shut down ends its sessions.
    if (error instanceof StartupError) throw error
    return false
  }
}

/** Null when the lock is ours, else who has it. */
async function lockOrHolder(client: Client): Promise<string | null> {
  const deadline = performance.now() + LOCK_PATIENCE_MS
  while (performance.now() < deadline) {
    const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [OWNER_LOCK])
    if (rows[0]?.taken === true) return null
    await sleep(POLL_MS)
  }
  const { rows } = await client.query<{ name: string }>(
    `select a.application_name as name
     from pg_locks l
     join pg_stat_activity a on a.pid = l.pid
     where l.locktype = 'advisory' and l.granted and a.application_name like 'slipway owner %'
     order by a.pid
     limit 1`,
  )
  return rows[0]?.name.replace('slipway owner ', 'process ') ?? 'unknown process'
}
