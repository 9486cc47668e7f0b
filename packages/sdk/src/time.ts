import type { Timestamp } from './wire.ts'

/** Never stands still. `readMs` may have a fraction. */
export function createClock(readMs: () => number): () => Timestamp {
  let last = 0
  return () => {
    last = Math.max(last + 1, Math.round(readMs() * 1_000))
    return fromEpochMicros(last)
  }
}

function fromEpochMicros(micros: number): Timestamp {
  const ms = Math.floor(micros / 1_000)
  return `${new Date(ms).toISOString().slice(0, 23)}${String(micros - ms * 1_000).padStart(3, '0')}Z`
}

export function epochMs(moment: Timestamp): number {
  return Date.parse(moment)
}

export function addSeconds(moment: Timestamp, seconds: number): Timestamp {
  const micros = Date.parse(`${moment.slice(0, 23)}Z`) * 1_000 + Number(moment.slice(23, 26))
  return fromEpochMicros(micros + Math.round(seconds * 1_000_000))
}

export function secondsBetween(from: Timestamp, to: Timestamp): number {
  const ms = Date.parse(`${to.slice(0, 23)}Z`) - Date.parse(`${from.slice(0, 23)}Z`)
  return ms / 1_000 + (Number(to.slice(23, 26)) - Number(from.slice(23, 26))) / 1_000_000
}
