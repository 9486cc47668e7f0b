import { Client, escapeIdentifier, type ClientConfig } from 'pg'
import type { Logger } from 'pino'

const FIRST_RETRY_MS = 100
const LONGEST_RETRY_MS = 5_000

type Handler = (payload: string) => void

export interface Listener {
  listen(channel: string, onMessage: Handler): Promise<() => Promise<void>>
  close(): Promise<void>
}

/** All channels over one connection of its own, opened at first use and reopened when it is lost. */
export function createListener({ config, log }: { config: ClientConfig; log: Logger }): Listener {
  const handlers = new Map<string, Set<Handler>>()
  let current: Client | null = null
  let opening: Promise<void> | null = null
  let retryTimer: NodeJS.Timeout | null = null
  let closed = false

  function open(): Promise<void> {
    opening ??= connect().finally(() => {
      opening = null
    })
    return opening
  }

  async function connect(): Promise<void> {
    const client = new Client(config)
    client.on('error', (error) => log.debug({ err: error }, 'the listening database connection failed'))
    client.on('notification', ({ channel, payload = '' }) => tell(channel, payload))
    try {
      await client.connect()
      // The map is read while it may grow: a channel that is added meanwhile is not missed.
      for (const channel of handlers.keys()) await client.query(`listen ${escapeIdentifier(channel)}`)
    } catch (error) {
      await client.end()
      throw error
    }
    client.on('end', lost)
    current = client
  }

  function tell(channel: string, payload: string): void {
    for (const handle of handlers.get(channel) ?? []) handle(payload)
  }

  function lost(): void {
    current = null
    if (closed) return
    log.warn('the listening database connection was lost')
    retryAfter(FIRST_RETRY_MS)
  }

  function retryAfter(delayMs: number): void {
    // `retry` never rejects.
    retryTimer = setTimeout(() => void retry(delayMs), delayMs)
  }

  async function retry(delayMs: number): Promise<void> {
    retryTimer = null
    try {
      if (current === null) await open()
    } catch (error) {
      log.warn({ err: error }, 'cannot listen to the database yet')
      if (!closed) retryAfter(Math.min(delayMs * 2, LONGEST_RETRY_MS))
      return
    }
    // Whatever was sent meanwhile is gone: everybody looks for himself.
    for (const channel of handlers.keys()) tell(channel, '')
  }

  return {
    async listen(channel, onMessage) {
      // A function of its own per call, so that the same handler may listen twice.
      const handle: Handler = (payload) => onMessage(payload)
      handlers.set(channel, (handlers.get(channel) ?? new Set()).add(handle))
      try {
        if (current === null) await open()
        else await current.query(`listen ${escapeIdentifier(channel)}`)
      } catch (error) {
        handlers.get(channel)?.delete(handle)
        throw error
      }
      // The connection keeps listening; what nobody handles is dropped.
      return async () => {
        handlers.get(channel)?.delete(handle)
      }
    },
    async close() {
      closed = true
      if (retryTimer !== null) clearTimeout(retryTimer)
      // A connection that cannot be opened has nothing to close; whoever asked for it was told.
      await opening?.catch(() => undefined)
      await current?.end()
    },
  }
}
