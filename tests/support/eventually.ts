import { setTimeout as pause } from 'node:timers/promises'

interface Patience {
  /** What is waited for, as it should read after "timed out waiting for"; a function is asked when it did. */
  readonly what: string | (() => string)
  readonly withinMs?: number
}

const WITHIN_MS = 30_000
const FIRST_PAUSE_MS = 15
const LONGEST_PAUSE_MS = 250

/** Tries until the check answers something other than null, undefined or false. An error counts as "not yet". */
export async function eventually<T>(
  check: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  { what, withinMs = WITHIN_MS }: Patience,
): Promise<T> {
  const deadline = performance.now() + withinMs
  let pauseMs = FIRST_PAUSE_MS
  let last: unknown
  for (;;) {
    try {
      last = await check()
      if (last !== null && last !== undefined && last !== false) return last as T
    } catch (error) {
      last = error
    }
    if (performance.now() > deadline) {
      const text = typeof what === 'string' ? what : what()
      const why = last instanceof Error ? ` (last: ${last.message})` : ''
      throw new Error(`Timed out after ${withinMs} ms waiting for ${text}${why}`, { cause: last })
    }
    await pause(pauseMs)
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 1.5)
  }
}

/** Fails with `what` when the promise has not settled in time. */
export async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`Timed out after ${ms} ms waiting for ${what}`)), ms)
  try {
    return await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
  }
}
