import type { WebSocket } from 'ws'

/** What a client has not read yet. One that falls further behind is sent away: it comes back and catches up. */
const MOST_BUFFERED_BYTES = 16 * 1_048_576

export interface Outgoing {
  /** False when the socket is closed, or has just been because its client reads too slowly. */
  readonly send: (frame: string) => boolean
  /** The same, and resolves when the frame is on its way. */
  readonly sendAndWait: (frame: string) => Promise<boolean>
}

export function createOutgoing(socket: WebSocket): Outgoing {
  return {
    send(frame) {
      if (socket.readyState !== socket.OPEN) return false
      if (socket.bufferedAmount > MOST_BUFFERED_BYTES) {
        socket.close(1011, 'Too slow')
        return false
      }
      socket.send(frame)
      return true
    },
    async sendAndWait(frame) {
      if (socket.readyState !== socket.OPEN) return false
      const { promise, resolve } = Promise.withResolvers<boolean>()
      socket.send(frame, (error) => resolve(error === undefined || error === null))
      return await promise
    },
  }
}
