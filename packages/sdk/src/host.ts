import { createClock } from './time.ts'
import { uuid7 } from './uuid7.ts'
import type { Timestamp } from './wire.ts'

/** All that the SDK takes from the world around it besides the network. A test gives it another world. */
export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Strictly later at each call, so that states and log lines of one process sort as they happened. */
  readonly now: () => Timestamp
  readonly uuid: () => string
  /** Ordered by time: ids of task runs, states and events. */
  readonly uuid7: () => string
  /** In [0, 1). */
  readonly random: () => number
  /** Rejects with the signal's reason when it is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal | null) => Promise<void>
  /** Calls back once; the returned function cancels. */
  readonly after: (ms: number, callback: () => void) => () => void
  readonly print: (line: string) => void
  readonly directory: () => string
  readonly changeDirectory: (path: string) => void
  /** The platform stops the process. The returned function ends the listening. */
  readonly onTerminate: (callback: (signal: string) => void) => () => void
  /** Something was thrown that nobody caught. Without a listener the process dies of it. */
  readonly onUncaught: (callback: (error: unknown) => void) => () => void
}

export function createHost(): Host {
  return {
    env: process.env,
    now: createClock(() => performance.timeOrigin + performance.now()),
    uuid: () => crypto.randomUUID(),
    uuid7: () => uuid7(Date.now(), crypto.getRandomValues(new Uint8Array(16))),
    random: Math.random,
    sleep,
    after(ms, callback) {
      const timer = setTimeout(callback, ms)
      return () => clearTimeout(timer)
    },
    print(line) {
      process.stdout.write(`${line}\n`)
    },
    directory: () => process.cwd(),
    changeDirectory: (path) => process.chdir(path),
    onTerminate(callback) {
      process.on('SIGTERM', callback).on('SIGINT', callback)
      return () => void process.off('SIGTERM', callback).off('SIGINT', callback)
    },
    onUncaught(callback) {
      process.on('uncaughtException', callback)
      return () => void process.off('uncaughtException', callback)
    },
  }
}

/** A timer of Node holds 24 days at most; a flow run may be scheduled later than that. */
const LONGEST_TIMER_MS = 2_000_000_000

async function sleep(ms: number, signal: AbortSignal | null): Promise<void> {
  for (let rest = ms; rest > 0; rest -= LONGEST_TIMER_MS) {
    await sleepOnce(Math.min(rest, LONGEST_TIMER_MS), signal)
  }
  signal?.throwIfAborted()
}

async function sleepOnce(ms: number, signal: AbortSignal | null): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  const onAbort = (): void => {
    reject(signal?.reason instanceof Error ? signal.reason : new Error('The wait was interrupted'))
  }
  if (signal?.aborted === true) onAbort()
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    await promise
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}
