import { createClient, type ApiClient } from './client.ts'
import type { ApiConfig, Config } from './config.ts'
import { createEventSink, type EventSink } from './events.ts'
import type { Host } from './host.ts'
import { createLogShipper, type LogSink } from './log-shipper.ts'

/** The connection to a server, as one process has it. */
export interface Connection {
  readonly api: ApiConfig
  readonly client: ApiClient
  readonly events: EventSink
  readonly logs: LogSink
}

/** What one root flow run, its tasks and its sub-flows share. */
export interface Session {
  readonly host: Host
  readonly config: Config
  /** null: nobody is told what happens here. */
  readonly connection: Connection | null
}

export function createSession(host: Host, config: Config): Session {
  const { api } = config
  if (api === null) return { host, config, connection: null }
  const client = createClient({ host, api, requestTimeoutMs: config.requestTimeoutMs, maxRetries: config.maxRetries })
  return {
    host,
    config,
    connection: {
      api,
      client,
      events: createEventSink({ host, api, timeoutMs: SOCKET_TIMEOUT_MS, sendEvents: client.sendEvents }),
      logs: createLogShipper(host, client.sendLogs),
    },
  }
}

const SOCKET_TIMEOUT_MS = 20_000

/** Waits until logs and events have arrived, but not longer than `withinMs`. */
export async function flushSession({ host, connection }: Session, withinMs: number): Promise<void> {
  if (connection === null) return
  const { promise: late, resolve } = Promise.withResolvers<void>()
  const cancel = host.after(withinMs, resolve)
  await Promise.race([late, Promise.all([connection.logs.flush(), connection.events.flush()])])
  cancel()
}

export async function closeSession(session: Session, withinMs: number): Promise<void> {
  await flushSession(session, withinMs)
  await session.connection?.events.close()
}
