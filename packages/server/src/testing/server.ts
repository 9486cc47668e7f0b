import { type Timestamp, addSeconds, fromEpochMs } from '@slipway/contract'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { type Config, loadConfig } from '../config.ts'
import type { Clock, Context, EdgeContext, Probe } from '../context.ts'
import { createChannel } from '../events/bus.ts'
import { createApi } from '../http/app.ts'
import { openInstallation } from '../operations/open-installation.ts'
import { registerBlockTypes } from '../operations/register-block-types.ts'
import { createWriters } from '../operations/writers.ts'
import type { Providers } from '../providers/provider.ts'
import { createProviders } from '../providers/registry.ts'
import { systemIds, systemRandom, systemTimers } from '../system.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'

/** A clock that moves only when a test says so; every reading is a microsecond later, so that histories keep their order. */
export interface FakeClock extends Clock {
  advance(seconds: number): void
  set(moment: Timestamp): void
}

function createFakeClock(start: Timestamp = fromEpochMs(Date.now())): FakeClock {
  let now = start
  return {
    now() {
      now = addSeconds(now, 0.000_001)
      return now
    },
    advance(seconds) {
      now = addSeconds(now, seconds)
    },
    set(moment) {
      now = moment
    },
  }
}

export interface TestServerOptions {
  readonly flags?: NonNullable<Parameters<typeof loadConfig>[0]>['flags']
  readonly providers?: Providers
  readonly probe?: Probe
}

export interface TestServer {
  readonly ctx: EdgeContext
  readonly app: FastifyInstance
  readonly clock: FakeClock
  readonly database: TestDatabase
  /** One request below /api; the parsed answer, taken for what the test says it is. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of every shape
  call<Body = any>(
    method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE',
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: Body }>
  close(): Promise<void>
}

const KEY = Buffer.alloc(32, 7).toString('base64')

/** The API on a fresh database, with a fake clock and every background service off; tests call `runOnce` themselves. */
export async function createTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const database = await createTestDatabase()
  const clock = createFakeClock()
  const config: Config = loadConfig({ env: {}, flags: { encryption_key: KEY, ...options.flags } })
  const { vault, installation } = await openInstallation({
    db: database.db,
    clock,
    ids: systemIds,
    random: systemRandom,
    encryption_key: config.encryption_key,
    data_dir: config.data_dir,
  })
  const base: Context = {
    config,
    db: database.db,
    clock,
    ids: systemIds,
    random: systemRandom,
    log: pino({ level: 'silent' }),
    vault,
    probe: options.probe ?? (() => {}),
    installation,
    server_id: 1,
  }
  await registerBlockTypes(base, installation.default_workspace_id)
  const ctx: EdgeContext = {
    ...base,
    providers:
      options.providers ?? createProviders({ gcp_run: 'http://127.0.0.1:1', gcp_logging: 'http://127.0.0.1:1' }),
    timers: systemTimers,
    ...createWriters(base),
    live: { events: createChannel(), logs: createChannel(), tasks: createChannel() },
    apiUrlFor: () => ({ url: 'http://127.0.0.1:4200/api' }),
  }
  const app = createApi(ctx, {
    isHealthy: async () => true,
    isReady: () => ({ ready: true, body: { message: 'OK', services: [] } }),
  })
  await app.ready()
  return {
    ctx,
    app,
    clock,
    database,
    async call(method, path, body, headers = {}) {
      const answer = await app.inject({
        method,
        url: `/api${path}`,
        headers: {
          host: '127.0.0.1:4200',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
      })
      const isJson = (answer.headers['content-type']?.toString() ?? '').startsWith('application/json')
      return {
        status: answer.statusCode,
        body: isJson && answer.payload !== '' ? JSON.parse(answer.payload) : answer.payload,
      }
    },
    async close() {
      await app.close()
      await database.close()
    },
  }
}
