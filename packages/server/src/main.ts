import { resolve } from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { type Config, isLoopbackHost } from './config.ts'
import type { Clock, Context, EdgeContext, Probe } from './context.ts'
import { StartupError } from './errors.ts'
import { createChannel } from './events/bus.ts'
import { createApi } from './http/app.ts'
import { keepPartitions } from './operations/keep-partitions.ts'
import { openInstallation } from './operations/open-installation.ts'
import { registerBlockTypes } from './operations/register-block-types.ts'
import { createWriters } from './operations/writers.ts'
import { createProviders } from './providers/registry.ts'
import { type Services, startServices } from './services/index.ts'
import { startEmbeddedPostgres } from './store/embedded.ts'
import { nextServerId, ping } from './store/installation.ts'
import { migrate } from './store/migrate.ts'
import { openDatabase } from './store/postgres.ts'
import { holdServerLock } from './store/server-lock.ts'
import { createSystemClock, systemIds, systemRandom, systemTimers } from './system.ts'

const GOOGLE_RUN = 'https://run.googleapis.com'
const GOOGLE_LOGGING = 'https://logging.googleapis.com'
const HEALTH_PATIENCE_MS = 2_000
const MIGRATIONS = resolve(import.meta.dirname, 'store/migrations')

export interface RunningServer {
  /** Where it listens, for example `http://127.0.0.1:4200`. */
  readonly url: string
  /** Stops taking requests, lets passes finish, and closes everything; bounded by `shutdown_timeout_seconds`. */
  readonly stop: () => Promise<void>
}

export interface StartOptions {
  readonly config: Config
  readonly log: Logger
  readonly probe?: Probe
}

/** Config → database → context → services → HTTP. What was started is stopped again when a later step fails. */
export async function startServer({ config, log, probe = () => {} }: StartOptions): Promise<RunningServer> {
  const undo: (() => Promise<void>)[] = []
  const stopAll = async () => {
    for (const stop of undo.splice(0).reverse()) await stop()
  }
  try {
    const url = config.database_url ?? (await startEmbedded(config, log, undo))
    await migrate(url, { dir: MIGRATIONS, log })
    const ctx = await openContext({ config, log, probe, url }, undo)
    await keepPartitions(ctx)
    await registerBlockTypes(ctx, ctx.installation.default_workspace_id)
    const edge = openEdge(ctx)
    let services: Services | null = null
    const api = createApi(edge.ctx, {
      isHealthy: createHealthCheck(ctx),
      isReady: () => readiness(services),
    })
    // Connections are taken only when there is something behind them; services only begin when the port is ours.
    undo.push(async () => await api.close())
    const address = await listen(api, config)
    edge.setAddress(address)
    services = await startServices(edge.ctx)
    const started = services
    undo.push(async () => await started.stop())
    await ctx.probe('server.listening', { url: address })
    return { url: address, stop: () => withDeadline(stopAll(), config.shutdown_timeout_seconds, log) }
  } catch (error) {
    await stopAll()
    throw error
  }
}

async function startEmbedded(config: Config, log: Logger, undo: (() => Promise<void>)[]): Promise<string> {
  const embedded = await startEmbeddedPostgres({ dataDir: resolve(config.data_dir), log })
  undo.push(() => embedded.stop())
  return embedded.url
}

async function openContext(
  { config, log, probe, url }: { config: Config; log: Logger; probe: Probe; url: string },
  undo: (() => Promise<void>)[],
): Promise<Context> {
  const clock: Clock = createSystemClock()
  const db = await openDatabase({ url, applicationName: 'slipway server', poolSize: config.database_pool_size, log })
  undo.push(() => db.close())
  const { vault, installation } = await openInstallation({
    db,
    clock,
    ids: systemIds,
    random: systemRandom,
    encryption_key: config.encryption_key,
    data_dir: resolve(config.data_dir),
  })
  const server_id = await nextServerId(db)
  const lock = await holdServerLock(url, server_id, log)
  undo.push(() => lock.release())
  return { config, db, clock, ids: systemIds, random: systemRandom, log, vault, probe, installation, server_id }
}

function openEdge(ctx: Context): { readonly ctx: EdgeContext; readonly setAddress: (address: string) => void } {
  const { config } = ctx
  let own = ''
  const isEmulated = config.gcp_run_endpoint !== null && isLoopbackHost(new URL(config.gcp_run_endpoint).hostname)
  return {
    setAddress: (address) => {
      own = address
    },
    ctx: {
      ...ctx,
      providers: createProviders({
        gcp_run: config.gcp_run_endpoint ?? GOOGLE_RUN,
        gcp_logging: config.gcp_logging_endpoint ?? config.gcp_run_endpoint ?? GOOGLE_LOGGING,
      }),
      timers: systemTimers,
      ...createWriters(ctx),
      live: { events: createChannel(), logs: createChannel(), tasks: createChannel() },
      apiUrlFor: () => {
        if (config.public_api_url !== null) return { url: config.public_api_url }
        if (isEmulated) return { url: `${own}/api` }
        return {
          waiting: `Containers in the cloud cannot reach this server at ${own}/api. Set SLIPWAY_PUBLIC_API_URL to an address that they can reach, for example https://slipway.example.com/api, and restart the server.`,
        }
      },
    },
  }
}

async function listen(api: FastifyInstance, { host, port }: Config): Promise<string> {
  try {
    return await api.listen({ host, port })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (code === 'EADDRINUSE') {
      throw new StartupError(
        `Port ${port} of ${host} is taken by another program. Next: stop it, or start with --port and a free one.`,
      )
    }
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL') {
      throw new StartupError(
        `Slipway may not listen on ${host}:${port} (${code}). Next: choose another --host or --port.`,
      )
    }
    throw error
  }
}

/** A database that does not answer in time is as bad as none. All who ask meanwhile share one question to it. */
function createHealthCheck(ctx: Context): () => Promise<boolean> {
  let asked: Promise<boolean> | null = null
  return async () => {
    asked ??= isDatabaseHealthy(ctx).finally(() => {
      asked = null
    })
    const { promise: silence, resolve: giveUp } = Promise.withResolvers<boolean>()
    const timer = setTimeout(() => giveUp(false), HEALTH_PATIENCE_MS)
    const healthy = await Promise.race([asked, silence])
    clearTimeout(timer)
    return healthy
  }
}

async function isDatabaseHealthy(ctx: Context): Promise<boolean> {
  try {
    await ping(ctx.db)
    return true
  } catch (error) {
    ctx.log.warn({ err: error }, 'The database does not answer')
    return false
  }
}

function readiness(services: Services | null): {
  readonly ready: boolean
  readonly body: Readonly<Record<string, unknown>>
} {
  const list = services?.status() ?? []
  const failing = list.filter((service) => !service.healthy)
  if (services === null) return { ready: false, body: { message: 'Starting', services: [] } }
  if (failing.length === 0) return { ready: true, body: { message: 'OK', services: list } }
  return { ready: false, body: { message: `Not ready: ${failing.map(({ name }) => name).join(', ')}`, services: list } }
}

async function withDeadline(work: Promise<void>, seconds: number, log: Logger): Promise<void> {
  const { promise, resolve: giveUp } = Promise.withResolvers<void>()
  const timer = setTimeout(() => {
    log.warn('Stopping took too long; what was under way is taken up again at the next start')
    giveUp()
  }, seconds * 1_000)
  await Promise.race([work, promise])
  clearTimeout(timer)
}

export { type Config, type ExplainedSetting, explainConfig, loadConfig } from './config.ts'
export { PROBES, type Probe, type ProbeName } from './context.ts'
export { StartupError } from './errors.ts'
export { createLog } from './log.ts'
