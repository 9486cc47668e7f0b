import type { Host } from '../host.ts'
import { createClock } from '../time.ts'
import { uuid7 } from '../uuid7.ts'

export interface TestHost extends Host {
  readonly printed: string[]
  /** Every wait that was asked for, in milliseconds. */
  readonly slept: number[]
  /** Calls back what was to be called after exactly so long. Returns how many there were. */
  readonly fire: (ms: number) => number
  readonly terminate: (signal: string) => void
  readonly raise: (error: unknown) => void
}

/** Waits of the background (heartbeats, leases) are longer than this and end only when they are interrupted. */
const BACKGROUND_MS = 100_000

interface Timer {
  readonly ms: number
  readonly callback: () => void
}

/** A world in which waiting takes no time and timers go off when the test says so. */
export function createTestHost(env: Readonly<Record<string, string>>): TestHost {
  const printed: string[] = []
  const slept: number[] = []
  const timers = new Set<Timer>()
  const terminations = new Set<(signal: string) => void>()
  const uncaught = new Set<(error: unknown) => void>()
  let directory = process.cwd()
  let ms = Date.UTC(2026, 0, 2)
  let ids = 0
  const listenTo = <T>(listeners: Set<T>, listener: T): (() => void) => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }
  return {
    env,
    printed,
    slept,
    now: createClock(() => (ms += 1)),
    uuid: () => crypto.randomUUID(),
    uuid7: () => uuid7(Date.UTC(2026, 0, 2) + (ids += 1), crypto.getRandomValues(new Uint8Array(16))),
    random: () => 0,
    async sleep(delayMs, signal) {
      slept.push(delayMs)
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const onAbort = (): void => reject(signal?.reason as Error)
      if (signal?.aborted === true) onAbort()
      signal?.addEventListener('abort', onAbort, { once: true })
      if (delayMs < BACKGROUND_MS) setImmediate(resolve)
      await promise
    },
    after(delayMs, callback) {
      const timer = { ms: delayMs, callback }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    fire(delayMs) {
      const due = [...timers].filter((timer) => timer.ms === delayMs)
      for (const timer of due) timers.delete(timer)
      for (const timer of due) timer.callback()
      return due.length
    },
    print: (line) => void printed.push(line),
    directory: () => directory,
    changeDirectory: (path) => void (directory = path),
    onTerminate: (callback) => listenTo(terminations, callback),
    onUncaught: (callback) => listenTo(uncaught, callback),
    terminate: (signal) => [...terminations].forEach((callback) => callback(signal)),
    raise: (error) => [...uncaught].forEach((callback) => callback(error)),
  }
}
