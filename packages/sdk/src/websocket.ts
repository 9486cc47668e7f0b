import { createHash, randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { createFrameReader, encodeFrame, OPCODE, type Frame } from './websocket-frames.ts'

/**
 * A client for websockets of the control plane. Node's own `WebSocket` cannot send pings, and on `/events/in` the pong
 * is the only proof that the server has stored what was sent before it.
 */
export interface WebSocketClient {
  send(text: string): void
  /** Resolves when the server has answered: everything sent before has been dealt with. */
  ping(): Promise<void>
  /** The next text message, however long it takes. Throws `SocketClosedError` when there will be none. */
  receive(): Promise<string>
  /** The answer to what was sent just now: waits no longer than for a pong. */
  receiveAnswer(): Promise<string>
  /** Says goodbye and waits for the answer. Never throws. */
  close(): Promise<void>
  /** Drops the connection at once. */
  destroy(): void
}

export class SocketClosedError extends Error {
  override readonly name = 'SocketClosedError'
  readonly code: number

  constructor(code: number, reason: string, options?: ErrorOptions) {
    super(reason, options)
    this.code = code
  }
}

export interface WebSocketTarget {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** For the handshake, for a pong and for the goodbye. */
  readonly timeoutMs: number
}

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const PROTOCOL = 'prefect'
/** No close frame came. */
const ABNORMAL = 1006

export async function openWebSocket(target: WebSocketTarget): Promise<WebSocketClient> {
  const { socket, head } = await upgrade(target)
  return createWebSocketClient(socket, head, target.timeoutMs)
}

async function upgrade(target: WebSocketTarget): Promise<{ socket: Socket; head: Buffer }> {
  const url = new URL(target.url)
  const secure = url.protocol === 'https:' || url.protocol === 'wss:'
  url.protocol = secure ? 'https:' : 'http:'
  const { request } = secure ? await import('node:https') : await import('node:http')
  const key = randomBytes(16).toString('base64')
  const { promise, resolve, reject } = Promise.withResolvers<{ socket: Socket; head: Buffer }>()
  const call = request(url, {
    agent: false,
    timeout: target.timeoutMs,
    headers: {
      ...target.headers,
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': key,
      'sec-websocket-protocol': PROTOCOL,
    },
  })
  call.once('error', (cause: Error) =>
    reject(new SocketClosedError(ABNORMAL, `No websocket at ${target.url}: ${cause.message}`, { cause })),
  )
  call.once('timeout', () => call.destroy(new Error(`no answer within ${target.timeoutMs} ms`)))
  call.once('response', (response: IncomingMessage) => {
    response.resume()
    call.destroy()
    reject(new SocketClosedError(ABNORMAL, `No websocket at ${target.url}: the server answered ${response.statusCode}`))
  })
  call.once('upgrade', (response: IncomingMessage, socket: Socket, head: Buffer) => {
    const expected = createHash('sha1')
      .update(key + GUID)
      .digest('base64')
    if (
      response.headers['sec-websocket-accept'] === expected &&
      response.headers['sec-websocket-protocol'] === PROTOCOL
    ) {
      resolve({ socket, head })
      return
    }
    socket.destroy()
    reject(new SocketClosedError(ABNORMAL, `The server at ${target.url} does not speak the subprotocol "${PROTOCOL}"`))
  })
  call.end()
  return await promise
}

interface Waiter<T> {
  readonly resolve: (value: T) => void
  readonly reject: (error: Error) => void
}

function createWebSocketClient(socket: Socket, head: Buffer, timeoutMs: number): WebSocketClient {
  const inbox: string[] = []
  const readers: Waiter<string>[] = []
  const pings: Waiter<void>[] = []
  const gone = Promise.withResolvers<void>()
  let closed: SocketClosedError | null = null
  let said = false

  const end = (reason: SocketClosedError): void => {
    if (closed !== null) return
    closed = reason
    for (const waiter of [...readers.splice(0), ...pings.splice(0)]) waiter.reject(reason)
    socket.destroy()
    gone.resolve()
  }
  const write = (opcode: number, payload: Buffer): void => {
    if (closed === null) socket.write(encodeFrame(opcode, payload, randomBytes(4)))
  }
  const sayClose = (code: number): void => {
    if (said) return
    said = true
    const payload = Buffer.alloc(2)
    payload.writeUInt16BE(code)
    write(OPCODE.close, payload)
  }
  const onFrame = (frame: Frame): void => {
    switch (frame.kind) {
      case 'text': {
        const reader = readers.shift()
        if (reader === undefined) inbox.push(frame.text)
        else reader.resolve(frame.text)
        return
      }
      case 'ping':
        write(OPCODE.pong, frame.payload)
        return
      case 'pong':
        pings.shift()?.resolve()
        return
      case 'close':
        sayClose(1000)
        end(
          new SocketClosedError(
            frame.code,
            frame.reason === '' ? `The server closed the websocket (${frame.code})` : frame.reason,
          ),
        )
        return
      case 'invalid':
        sayClose(1002)
        end(new SocketClosedError(1002, `The server broke the websocket protocol: ${frame.reason}`))
    }
  }

  const read = createFrameReader(onFrame)
  socket.setTimeout(0)
  socket.setNoDelay(true)
  socket.on('data', read)
  socket.on('error', (cause: Error) =>
    end(new SocketClosedError(ABNORMAL, `The websocket broke: ${cause.message}`, { cause })),
  )
  socket.on('close', () => end(new SocketClosedError(ABNORMAL, 'The websocket was cut off')))
  if (head.length > 0) read(head)

  const within = async <T>(waiting: Promise<T>, what: string): Promise<T> => {
    const timer = setTimeout(() => end(new SocketClosedError(ABNORMAL, `${what} within ${timeoutMs} ms`)), timeoutMs)
    try {
      return await waiting
    } finally {
      clearTimeout(timer)
    }
  }

  const receive = async (): Promise<string> => {
    const waiting = inbox.shift()
    if (waiting !== undefined) return waiting
    if (closed !== null) throw closed
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    readers.push({ resolve, reject })
    return await promise
  }

  return {
    send(text) {
      if (closed !== null) throw closed
      write(OPCODE.text, Buffer.from(text, 'utf8'))
    },
    async ping() {
      if (closed !== null) throw closed
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      pings.push({ resolve, reject })
      write(OPCODE.ping, Buffer.alloc(0))
      await within(promise, 'The server did not answer a ping')
    },
    receive,
    receiveAnswer: async () => await within(receive(), 'The server did not answer'),
    async close() {
      sayClose(1000)
      await within(gone.promise, 'The server did not say goodbye')
    },
    destroy() {
      end(new SocketClosedError(ABNORMAL, 'The websocket was dropped'))
    },
  }
}
