import { WebSocket } from 'ws'

export interface SocketClient {
  readonly socket: WebSocket
  readonly send: (frame: unknown) => void
  /** The next frame that was not taken yet; undefined when the server has closed. */
  readonly next: <Frame = unknown>() => Promise<Frame>
  /** Frames that nobody has taken. */
  readonly waiting: () => number
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
  readonly ping: () => Promise<void>
  readonly close: () => void
}

export interface SocketOptions {
  readonly protocol?: string | null
  readonly headers?: Readonly<Record<string, string>>
}

/** A websocket as Prefect's clients open it. Rejects when the upgrade is refused. */
export async function openSocket(
  url: string,
  { protocol = 'prefect', headers = {} }: SocketOptions = {},
): Promise<SocketClient> {
  const socket = new WebSocket(url, protocol === null ? [] : [protocol], { headers })
  const frames: unknown[] = []
  let wake: (() => void) | null = null
  socket.on('message', (data) => {
    // Text frames arrive as one buffer.
    frames.push(JSON.parse((data as Buffer).toString()))
    wake?.()
  })
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => {
      resolve({ code, reason: reason.toString() })
      wake?.()
    })
  })
  await new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  return {
    socket,
    send: (frame) => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
    async next<Frame>() {
      while (frames.length === 0 && socket.readyState !== socket.CLOSED) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      // Taken for what the test says it is.
      return frames.shift() as Frame
    },
    waiting: () => frames.length,
    closed,
    ping: () =>
      new Promise((resolve) => {
        socket.once('pong', () => resolve())
        socket.ping('x')
      }),
    close: () => socket.close(),
  }
}

/** The same, after the frames `auth` and `auth_success`. */
export async function openAuthenticated(url: string, token: string | null = null): Promise<SocketClient> {
  const client = await openSocket(url)
  client.send({ type: 'auth', token })
  const answer: unknown = await client.next()
  if (JSON.stringify(answer) !== '{"type":"auth_success"}') throw new Error(`Not let in: ${JSON.stringify(answer)}`)
  return client
}
