import type { Event, Log } from '@slipway/contract'
import { useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from 'react'
import { keysOf } from '../lib/event-keys.ts'
import { type Connection, subscribe } from './socket.ts'

/** A burst of events asks for each page's data once. */
const COALESCE_MS = 150
const OVERLAP_MS = 60_000

const Live = createContext<Connection>('connecting')

export function useConnection(): Connection {
  return useContext(Live)
}

/** One stream of events for all pages: what an event changes is asked for again. */
export function LiveUpdates({ children }: { readonly children: ReactNode }) {
  const client = useQueryClient()
  const [state, setState] = useState<Connection>('connecting')
  useEffect(() => {
    const waiting = new Map<string, readonly string[]>()
    let timer: number | null = null
    const flush = () => {
      timer = null
      const keys = [...waiting.values()]
      waiting.clear()
      for (const queryKey of keys) void client.invalidateQueries({ queryKey }) // The pages show what went wrong.
    }
    let wasLive = false
    // What the first answers may have missed; after a break all of them are asked for again.
    const openedAt = Date.now()
    const since = () => new Date(wasLive ? Date.now() : openedAt).toISOString()
    const stop = subscribe({
      path: '/events/out',
      filter: () => ({ occurred: { since: since(), until: new Date(Date.now() + 365 * 86_400_000).toISOString() } }),
      onState: (next) => {
        setState(next)
        if (next !== 'live') return
        // What happened while nobody listened is unknown: everything on the screen is asked for again.
        if (wasLive) void client.invalidateQueries()
        wasLive = true
      },
      onFrame: (frame) => {
        if (frame['type'] !== 'event') return
        for (const key of keysOf(frame['event'] as Event)) waiting.set(key.join('/'), key)
        if (waiting.size > 0) timer ??= window.setTimeout(flush, COALESCE_MS)
      },
    })
    return () => {
      if (timer !== null) window.clearTimeout(timer)
      stop()
    }
  }, [client])
  return <Live value={state}>{children}</Live>
}

/** Calls `onLogs` with new lines of a run as the server gets them, a batch a frame; after a break, `onGap` first. */
export function useLiveLogs(flow_run_id: string, onLogs: (logs: readonly Log[]) => void, onGap: () => void): void {
  const handlers = useRef({ onLogs, onGap })
  useEffect(() => {
    handlers.current = { onLogs, onGap }
  })
  useEffect(() => {
    const waiting: Log[] = []
    let frame: number | null = null
    let wasLive = false
    const flush = () => {
      frame = null
      handlers.current.onLogs(waiting.splice(0))
    }
    const stop = subscribe({
      path: '/logs/out',
      filter: () => ({
        flow_run_id: { any_: [flow_run_id] },
        timestamp: {
          after_: new Date(Date.now() - OVERLAP_MS).toISOString(),
          before_: new Date(Date.now() + 365 * 86_400_000).toISOString(),
        },
      }),
      onState: (state) => {
        if (state !== 'live') return
        if (wasLive) handlers.current.onGap()
        wasLive = true
      },
      onFrame: (given) => {
        if (given['type'] !== 'log') return
        waiting.push(given['log'] as Log)
        frame ??= window.setTimeout(flush, 100)
      },
    })
    return () => {
      if (frame !== null) window.clearTimeout(frame)
      stop()
    }
  }, [flow_run_id])
}
