import { apiHeaders } from './client.ts'
import type { ApiConfig } from './config.ts'
import { ApiError, describeError } from './errors.ts'
import type { Host } from './host.ts'
import type { WireEvent } from './wire.ts'
import { openWebSocket, SocketClosedError, type WebSocketClient } from './websocket.ts'

/**
 * Takes events in order and delivers each at least once; the server knows an event again by its id.
 * An event counts as delivered when the server answered a ping that was sent after it, or took it by REST.
 */
export interface EventSink {
  /** Never blocks and never throws. */
  emit(event: WireEvent): void
  /** Resolves when everything emitted so far is delivered, or the sink was closed. */
  flush(): Promise<void>
  /** Ends delivery; what is not delivered by then is lost and counted in a printed line. */
  close(): Promise<void>
}

export interface EventSinkOptions {
  readonly host: Host
  readonly api: ApiConfig
  readonly timeoutMs: number
  /** Used when the websocket cannot be had. */
  readonly sendEvents: (events: readonly WireEvent[]) => Promise<void>
}

/** One ping confirms so many at most. */
const BATCH = 700
/** A request body stays well below what servers take. */
const REST_BATCH = 100
const SOCKET_ATTEMPTS = 3
const RETRY_MS = 5_000
/** What is kept while nobody takes it: some 100 MB. */
const MAX_QUEUE = 50_000

export function createEventSink(options: EventSinkOptions): EventSink {
  const { host } = options
  const closing = new AbortController()
  const queue: WireEvent[] = []
  let dropped = 0
  let pumping: Promise<void> | null = null
  let socket: WebSocketClient | null = null
  let failures = 0

  const bySocket = async (): Promise<void> => {
    socket ??= await openEventSocket(options.api, '/events/in', options.timeoutMs)
    const batch = queue.slice(0, BATCH)
    for (const event of batch) socket.send(JSON.stringify(event))
    await socket.ping()
    queue.splice(0, batch.length)
    failures = 0
  }
  const byRest = async (): Promise<void> => {
    const batch = queue.slice(0, REST_BATCH)
    try {
      await options.sendEvents(batch)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      host.print(`${batch.length} events were refused: ${describeError(error)}`)
    }
    queue.splice(0, batch.length)
  }
  /** Takes the events off the queue only when they are delivered, so that any failure sends them again. */
  const pump = async (): Promise<void> => {
    while (queue.length > 0 && !closing.signal.aborted) {
      const isSocketUsable = failures < SOCKET_ATTEMPTS
      try {
        await (isSocketUsable ? bySocket() : byRest())
      } catch (error) {
        socket?.destroy()
        socket = null
        failures += 1
        if (failures === SOCKET_ATTEMPTS) host.print(`Events go by REST from here on: ${describeError(error)}`)
        if (!isSocketUsable) await host.sleep(RETRY_MS, closing.signal).catch(() => undefined)
      }
    }
    // Here and not in a `finally` of the caller: an event emitted in between would wait for the next one.
    pumping = null
  }

  return {
    emit(event) {
      if (queue.length >= MAX_QUEUE || closing.signal.aborted) {
        dropped += 1
        return
      }
      queue.push(event)
      pumping ??= pump()
    },
    async flush() {
      await pumping
    },
    async close() {
      closing.abort(new Error('The event sink was closed'))
      const lost = queue.length + dropped
      if (lost > 0) host.print(`${lost} events were not delivered`)
      await socket?.close()
    },
  }
}

/** Opens a websocket of the API and gets through the handshake: subprotocol, sign of life, authentication. */
export async function openEventSocket(api: ApiConfig, path: string, timeoutMs: number): Promise<WebSocketClient> {
  const socket = await openWebSocket({
    url: `${api.url.replace(/^http/, 'ws')}${path}`,
    headers: apiHeaders(api),
    timeoutMs,
  })
  try {
    await socket.ping()
    socket.send(JSON.stringify({ type: 'auth', token: api.token }))
    const answer: unknown = JSON.parse(await socket.receiveAnswer())
    if (typeof answer === 'object' && answer !== null && 'type' in answer && answer.type === 'auth_success')
      return socket
    throw new SocketClosedError(1002, `The server answered the authentication on ${path} with something else`)
  } catch (error) {
    socket.destroy()
    throw error
  }
}
