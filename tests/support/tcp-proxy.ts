import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A wire that can be cut and held: what is behind it becomes unreachable, or silent, without being touched. */
export interface TcpProxy {
  readonly port: number
  /** Nothing passes any more, connections stay open. */
  hold(): void
  /** Connections break, and new ones are refused at once. */
  cut(): void
  mend(): void
  close(): Promise<void>
}

export async function startTcpProxy(target: number): Promise<TcpProxy> {
  const pairs = new Set<readonly [Socket, Socket]>()
  let state: 'open' | 'held' | 'cut' = 'open'
  const server = createServer((near) => {
    if (state === 'cut') {
      near.resetAndDestroy()
      return
    }
    const far = connect(target, '127.0.0.1')
    const pair = [near, far] as const
    pairs.add(pair)
    near.pipe(far)
    far.pipe(near)
    for (const socket of pair) {
      // A broken connection is what this program is for; the other half follows.
      socket.on('error', () => undefined)
      socket.on('close', () => {
        pairs.delete(pair)
        for (const each of pair) each.destroy()
      })
    }
    if (state === 'held') holdPair(pair)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The system gave no TCP port')
  return {
    port: address.port,
    hold() {
      state = 'held'
      for (const pair of pairs) holdPair(pair)
    },
    cut() {
      state = 'cut'
      for (const [near] of pairs) near.resetAndDestroy()
    },
    mend() {
      state = 'open'
      for (const [near, far] of pairs) {
        near.pipe(far)
        far.pipe(near)
      }
    },
    async close() {
      for (const [near] of pairs) near.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function holdPair([near, far]: readonly [Socket, Socket]): void {
  near.unpipe(far).pause()
  far.unpipe(near).pause()
}
