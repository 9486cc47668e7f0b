import { epochMs } from '@slipway/contract'
import type { Clock, Timers } from '../context.ts'

/** Typing errors are free. */
const FREE_FAILURES = 3
const FIRST_DELAY_MS = 250
const LONGEST_DELAY_MS = 5_000
/** Failures are forgotten one by one, so that a corrected client is soon as good as new. */
const FORGET_ONE_MS = 20_000
/** More answers than this do not wait at the same time for one address: further tries are not looked at. */
const MOST_WAITING = 20
/** The address that failed longest ago makes room. */
const MOST_ADDRESSES = 10_000

interface Failures {
  count: number
  at: number
  waiting: number
}

export interface Throttle {
  /** Seconds after which this address may try again; null: now. */
  readonly refusal: (address: string) => number | null
  /** Counts a failed try, and resolves when its answer may be sent. Who succeeds never waits here. */
  readonly failed: (address: string) => Promise<void>
}

/**
 * Slows down guessing: the answers to failed tries of one address are held back ever longer, and only so many at a
 * time. Other addresses do not notice. Memory is bounded.
 */
export function createThrottle({ clock, timers }: { readonly clock: Clock; readonly timers: Timers }): Throttle {
  const addresses = new Map<string, Failures>()

  function current(address: string): Failures {
    const now = epochMs(clock.now())
    const known = addresses.get(address) ?? { count: 0, at: now, waiting: 0 }
    const forgotten = Math.floor((now - known.at) / FORGET_ONE_MS)
    if (forgotten > 0) {
      known.count = Math.max(0, known.count - forgotten)
      known.at += forgotten * FORGET_ONE_MS
    }
    return known
  }

  function remember(address: string, failures: Failures): void {
    addresses.delete(address)
    addresses.set(address, failures)
    const [oldest] = addresses.keys()
    if (addresses.size > MOST_ADDRESSES && oldest !== undefined) addresses.delete(oldest)
  }

  return {
    refusal: (address) => ((addresses.get(address)?.waiting ?? 0) >= MOST_WAITING ? LONGEST_DELAY_MS / 1_000 : null),
    async failed(address) {
      const failures = current(address)
      failures.count += 1
      if (failures.count === 1) failures.at = epochMs(clock.now())
      remember(address, failures)
      const excess = failures.count - FREE_FAILURES
      if (excess <= 0) return
      failures.waiting += 1
      await pause(timers, Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (excess - 1)))
      failures.waiting -= 1
    },
  }
}

function pause(timers: Timers, ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  timers.after(ms, resolve)
  return promise
}
