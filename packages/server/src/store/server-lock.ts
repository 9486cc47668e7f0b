import { Client } from 'pg'
import type { Logger } from 'pino'

/** Advisory locks of server processes: (this class, server id). */
export const SERVER_LOCK_CLASS = 0x51_1b
const FIRST_RETRY_MS = 100
const LONGEST_RETRY_MS = 5_000

/**
 * Tells the other servers that this one lives: an advisory lock that PostgreSQL frees in the moment in which the
 * process is gone. A lost connection is opened again; until then others may take over what this server was doing,
 * which the lease on each piece of work allows for.
 */
export async function holdServerLock(
  url: string,
  server_id: number,
  log: Logger,
): Promise<{ release(): Promise<void> }> {
  let client: Client | null = null
  let released = false
  let retryMs = FIRST_RETRY_MS
  let timer: NodeJS.Timeout | null = null

  const connect = async () => {
    const next = new Client({ connectionString: url, application_name: `slipway server ${server_id}`, keepAlive: true })
    next.on('error', (error) => {
      log.warn({ err: error }, 'the connection that shows that this server lives was lost; opening it again')
      reconnect(next)
    })
    await next.connect()
    await next.query('select pg_advisory_lock($1::int, $2::int)', [SERVER_LOCK_CLASS, server_id])
    client = next
    retryMs = FIRST_RETRY_MS
  }

  const reconnect = (lost: Client) => {
    if (released || (client !== null && client !== lost)) return
    client = null
    // The broken client has nothing left to say; its end may fail, which changes nothing.
    lost.end().catch((error: unknown) => log.debug({ err: error }, 'a broken connection did not close'))
    timer = setTimeout(() => {
      connect().catch((error: unknown) => {
        log.warn({ err: error }, 'PostgreSQL cannot be reached')
        retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2)
        reconnect(lost)
      })
    }, retryMs)
  }

  await connect()
  return {
    async release() {
      released = true
      if (timer !== null) clearTimeout(timer)
      await client?.end()
    },
  }
}
