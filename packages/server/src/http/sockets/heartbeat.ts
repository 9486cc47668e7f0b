import type { WebSocket } from 'ws'
import type { Timers } from '../../context.ts'

const PING_EVERY_MS = 20_000

/** Pings, so that proxies keep the connection and a peer that is gone is noticed within two intervals. */
export function keepAlive(socket: WebSocket, timers: Timers): void {
  let isAlive = true
  let cancel = timers.after(PING_EVERY_MS, beat)
  const heard = () => {
    isAlive = true
  }

  function beat(): void {
    // What a peer sends is not read while its events are being stored.
    if (!isAlive && !socket.isPaused) return socket.terminate()
    isAlive = false
    socket.ping()
    cancel = timers.after(PING_EVERY_MS, beat)
  }

  socket.on('pong', heard)
  socket.on('ping', heard)
  socket.on('message', heard)
  socket.on('close', () => cancel())
}
