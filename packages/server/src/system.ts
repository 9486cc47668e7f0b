import { randomBytes, randomUUID } from 'node:crypto'
import { fromEpochMicros, type Timestamp } from '@slipway/contract'
import type { Clock, Ids, Random, Timers } from './context.ts'

/** The machine's clock in microseconds; never runs backwards within one process. */
export function createSystemClock(): Clock {
  let last = 0
  return {
    now(): Timestamp {
      const micros = Math.floor((performance.timeOrigin + performance.now()) * 1_000)
      // The monotonic clock drifts from the wall clock over days; the wall clock wins, in steps forward only.
      const wall = Date.now() * 1_000
      const now = Math.abs(micros - wall) < 50_000 ? micros : wall
      last = Math.max(last, now)
      return fromEpochMicros(last)
    },
  }
}

export const systemIds: Ids = {
  uuid: () => randomUUID(),
  uuid7: () => uuid7(Date.now(), randomBytes(10)),
}

export const systemRandom: Random = {
  fraction: () => Math.random(),
  bytes: (length) => randomBytes(length),
}

export const systemTimers: Timers = {
  after(ms, callback) {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
}

/** RFC 9562: 48 bits of milliseconds, version, then random bits. */
function uuid7(ms: number, random: Buffer): string {
  const bytes = Buffer.alloc(16)
  bytes.writeUIntBE(ms, 0, 6)
  random.copy(bytes, 6, 0, 10)
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f)
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
