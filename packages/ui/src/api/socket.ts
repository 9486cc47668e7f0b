import { root } from './client.ts'
import { readLogin } from './session.ts'

export type Connection = 'connecting' | 'live' | 'reconnecting'

export interface Subscription {
  readonly path: '/events/out' | '/logs/out'
  /** Asked for at each connection, so that a filter can begin where the last one ended. */
  readonly filter: () => Readonly<Record<string, unknown>>
  readonly onFrame: (frame: Readonly<Record<string, unknown>>) => void
  readonly onState?: (state: Connection) => void
}

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 20_000

/** Keeps one of the server's streams open until it is told to stop; each new try waits twice as long as the last. */
export function subscribe({ path, filter, onFrame, onState = () => {} }: Subscription): () => void {
  let pause = FIRST_PAUSE_MS
  let timer = 0
  let socket: WebSocket | null = null
  let isStopped = false

  const open = () => {
    const url = new URL(`api${path}`, root)
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
    const opened = new WebSocket(url, 'prefect')
    socket = opened
    opened.addEventListener('open', () => opened.send(JSON.stringify({ type: 'auth', token: readLogin() })))
    opened.addEventListener('message', ({ data }) => {
      const frame = JSON.parse(String(data)) as Readonly<Record<string, unknown>>
      if (frame['type'] !== 'auth_success') return onFrame(frame)
      pause = FIRST_PAUSE_MS
      opened.send(JSON.stringify({ type: 'filter', filter: filter() }))
      onState('live')
    })
    opened.addEventListener('close', () => {
      if (isStopped) return
      onState('reconnecting')
      timer = window.setTimeout(open, pause)
      pause = Math.min(LONGEST_PAUSE_MS, pause * 2)
    })
  }

  onState('connecting')
  open()
  return () => {
    isStopped = true
    window.clearTimeout(timer)
    socket?.close(1000)
  }
}
