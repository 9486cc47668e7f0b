/** Time that can be shifted: a test may let an hour pass without waiting for it. Timers follow the shift. */
export interface Clock {
  /** Milliseconds since 1970, shifted. */
  now(): number
  /** RFC 3339 in UTC with microseconds, as Google prints it. */
  timestamp(): string
  /** Runs once the time has come; the answer takes it back. */
  after(delayMs: number, run: () => void): () => void
  /** Sets the distance to real time; what is due by the new time runs at once. */
  setOffset(offsetMs: number): void
  readonly offsetMs: number
  /** Forgets every timer. */
  close(): void
}

interface Timer {
  readonly dueMs: number
  readonly run: () => void
  handle: NodeJS.Timeout | undefined
}

/** Node fires at once what is further away than this (24 days); such a timer is armed again and again. */
const LONGEST_MS = 2 ** 31 - 1

export const formatTimestamp = (ms: number): string => new Date(ms).toISOString().replace('Z', '000Z')

export function createClock(): Clock {
  const timers = new Set<Timer>()
  let offsetMs = 0
  const now = (): number => Date.now() + offsetMs

  function arm(timer: Timer): NodeJS.Timeout {
    return setTimeout(
      () => {
        if (timer.dueMs > now()) {
          timer.handle = arm(timer)
          return
        }
        timers.delete(timer)
        timer.run()
      },
      Math.min(Math.max(timer.dueMs - now(), 0), LONGEST_MS),
    )
  }

  return {
    now,
    timestamp: () => formatTimestamp(now()),
    after(delayMs, run) {
      const timer: Timer = { dueMs: now() + delayMs, run, handle: undefined }
      timer.handle = arm(timer)
      timers.add(timer)
      return () => {
        clearTimeout(timer.handle)
        timers.delete(timer)
      }
    },
    setOffset(next) {
      offsetMs = next
      for (const timer of timers) {
        clearTimeout(timer.handle)
        timer.handle = arm(timer)
      }
    },
    get offsetMs() {
      return offsetMs
    },
    close() {
      for (const timer of timers) clearTimeout(timer.handle)
      timers.clear()
    },
  }
}
