import type { RawData, WebSocket } from 'ws'
import type { Timers } from '../../context.ts'

/** More than this between two reads is no client that waits for its turn. */
const MOST_WAITING = 10_000

export interface Frames {
  /** The next text frame; null when the socket closes or nothing comes in time. */
  readonly next: (timeoutMs: number) => Promise<string | null>
  /** From now on each frame, those that have come already first, goes to `receive`. */
  readonly forEach: (receive: (frame: string) => void) => void
}

/** Collects frames from the moment of the upgrade, so that none is lost while something is awaited. */
export function readFrames(socket: WebSocket, timers: Timers): Frames {
  const waiting: string[] = []
  let receive: ((frame: string) => void) | null = null
  let wake: (() => void) | null = null
  let isClosed = false

  socket.on('message', (data) => {
    if (receive !== null) return receive(textOf(data))
    if (waiting.length === MOST_WAITING) return socket.close(1008, 'Too many frames')
    waiting.push(textOf(data))
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
      return waiting.shift() ?? null
    },
    forEach(handle) {
      for (const frame of waiting.splice(0)) handle(frame)
      receive = handle
    },
  }
}

function textOf(data: RawData): string {
  if (Buffer.isBuffer(data)) return data.toString()
  return Array.isArray(data) ? Buffer.concat(data).toString() : Buffer.from(data).toString()
}
