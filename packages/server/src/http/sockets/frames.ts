import type { RawData, WebSocket } from 'ws'
import type { Timers } from '../../context.ts'

/** More than this between two reads is no client that waits for its turn. */
const MOST_WAITING = 10_000
/** One frame may always wait: how large it is, is a setting. */
const MOST_WAITING_CHARACTERS = 4 * 1_048_576

export interface Frames {
  /** The next text frame; null when the socket closes or nothing comes in time. */
  readonly next: (timeoutMs: number) => Promise<string | null>
  /** From now on each frame, those that have come already first, goes to `receive`. */
  readonly forEach: (receive: (frame: string) => void) => void
  /** From now on nothing of what comes is kept. */
  readonly ignore: () => void
}

/** Collects frames from the moment of the upgrade, so that none is lost while something is awaited. */
export function readFrames(socket: WebSocket, timers: Timers): Frames {
  const waiting: string[] = []
  let characters = 0
  let receive: ((frame: string) => void) | null = null
  let wake: (() => void) | null = null
  let isClosed = false

  socket.on('message', (data) => {
    if (isClosed) return
    const frame = textOf(data)
    if (receive !== null) return receive(frame)
    characters += frame.length
    const isTooMuch = waiting.length > 0 && characters > MOST_WAITING_CHARACTERS
    if (waiting.length === MOST_WAITING || isTooMuch) {
      isClosed = true
      return socket.close(1008, 'Too many frames')
    }
    waiting.push(frame)
    wake?.()
  })
  socket.on('close', () => {
    isClosed = true
    wake?.()
  })

  return {
    async next(timeoutMs) {
      if (waiting.length === 0 && !isClosed) {
        const { promise, resolve } = Promise.withResolvers<void>()
        wake = resolve
        const cancel = timers.after(timeoutMs, resolve)
        await promise
        cancel()
        wake = null
      }
      const frame = waiting.shift() ?? null
      characters -= frame?.length ?? 0
      return frame
    },
    forEach(handle) {
      for (const frame of waiting.splice(0)) handle(frame)
      characters = 0
      receive = handle
    },
    ignore() {
      waiting.length = 0
      receive = () => undefined
    },
  }
}

function textOf(data: RawData): string {
  if (Buffer.isBuffer(data)) return data.toString()
  return Array.isArray(data) ? Buffer.concat(data).toString() : Buffer.from(data).toString()
}
