import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { clusterUrl, prepareCluster, type Cluster } from './embedded-cluster.ts'
import { findPostmaster, signalPostmaster } from './embedded-postmaster.ts'
import { bringUp, type Owned, type StartOptions } from './embedded-start.ts'

/**
 * The PostgreSQL that comes with Slipway, as a child process on this machine.
 * One server owns a data folder: it holds an advisory lock in the database itself, which ends with the process that
 * holds it, however that ends. A postmaster that a killed server left behind is adopted; one that dies is started
 * again on the same port.
 */
export interface EmbeddedPostgres {
  readonly url: string
  /** Whether it was running already, left by a server that was killed. */
  readonly adopted: boolean
  stop(): Promise<void>
}

export interface EmbeddedOptions {
  readonly dataDir: string
  readonly log: Logger
  /** False only for tests: a crash of the machine then loses data. */
  readonly fsync?: boolean
  /** PostgreSQL settings that differ from ours. */
  readonly settings?: Readonly<Record<string, string>>
}

const POLL_MS = 10
const FAST_STOP_MS = 6_000
const IMMEDIATE_STOP_MS = 2_000
const FIRST_RETRY_MS = 100
const LONGEST_RETRY_MS = 5_000

export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const { dataDir, log, fsync = true, settings = {} } = options
  const cluster = await prepareCluster({ dataDir, fsync })
  const stopping = new AbortController()
  const start: StartOptions = { cluster, log, fsync, settings, signal: stopping.signal }
  const first = await bringUp(start, null)
  log.info({ port: first.port, adopted: first.adopted, folder: cluster.folder }, 'the embedded PostgreSQL is up')
  const supervised = supervise(first, start)

  let stopped: Promise<void> | null = null
  return {
    url: clusterUrl(cluster, first.port),
    adopted: first.adopted,
    async stop() {
      stopping.abort()
      stopped ??= supervised.then(() => stopCluster(cluster, log))
      await stopped
    },
  }
}

/** Resolves when a stop was asked for; until then the server is up, or being brought up. */
async function supervise(first: Owned, start: StartOptions): Promise<void> {
  const { log, signal } = start
  let owned = first
  for (;;) {
    await Promise.race([owned.lost, aborted(signal)])
    if (signal.aborted) return
    log.error('the embedded PostgreSQL was lost and is started again')
    const next = await bringUpAgain(start, first.port)
    if (next === null) return
    log.info('the embedded PostgreSQL is up again')
    owned = next
  }
}

async function bringUpAgain(start: StartOptions, port: number): Promise<Owned | null> {
  const { log, signal } = start
  for (let delayMs = FIRST_RETRY_MS; ; delayMs = Math.min(delayMs * 2, LONGEST_RETRY_MS)) {
    try {
      return await bringUp(start, port)
    } catch (error) {
      if (signal.aborted) return null
      log.error({ err: error }, 'the embedded PostgreSQL is still down')
    }
    await Promise.race([sleep(delayMs), aborted(signal)])
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((settle) => signal.addEventListener('abort', () => settle(), { once: true }))
}

/** Ends all sessions and writes everything out, within bounds; what is left then is replayed by the next start. */
async function stopCluster(cluster: Cluster, log: Logger): Promise<void> {
  const running = await findPostmaster(cluster.folder)
  if (running === null) return
  signalPostmaster(cluster, running.pid, 'fast')
  if (await ended(cluster, FAST_STOP_MS)) return
  log.warn('the embedded PostgreSQL does not stop in time and is ended at once; its next start will take longer')
  signalPostmaster(cluster, running.pid, 'immediate')
  if (!(await ended(cluster, IMMEDIATE_STOP_MS)))
    log.error({ pid: running.pid }, 'the embedded PostgreSQL is still running')
}

async function ended(cluster: Cluster, patienceMs: number): Promise<boolean> {
  const deadline = performance.now() + patienceMs
  while ((await findPostmaster(cluster.folder)) !== null) {
    if (performance.now() > deadline) return false
    await sleep(POLL_MS)
  }
  return true
}
