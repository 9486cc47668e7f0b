/**
 * A moment as it goes over the wire: `YYYY-MM-DDTHH:MM:SS.ffffffZ`, always UTC, always six digits.
 * Strings of this shape compare like the moments they name, and keep the microseconds that `Date` would lose.
 */
export type Timestamp = string

const SHAPE =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*([Zz]|[+-]\d{2}(?::?\d{2}(?::?\d{2})?)?)?$/

/** Microseconds since 1970 (UTC); an integer that fits a double until the year 2255. */
export function epochMicros(moment: Timestamp): number {
  return Date.parse(`${moment.slice(0, 23)}Z`) * 1_000 + Number(moment.slice(23, 26))
}

export function fromEpochMicros(micros: number): Timestamp {
  const ms = Math.floor(micros / 1_000)
  const rest = micros - ms * 1_000
  return `${new Date(ms).toISOString().slice(0, 23)}${String(Math.round(rest)).padStart(3, '0')}Z`
}

export function fromEpochMs(ms: number): Timestamp {
  return fromEpochMicros(Math.round(ms * 1_000))
}

export function epochMs(moment: Timestamp): number {
  return epochMicros(moment) / 1_000
}

/** Accepts what Prefect's clients send: `T` or a space, any offset, any number of decimals; a naive time is UTC. */
export function parseTimestamp(text: string): Timestamp | null {
  const m = SHAPE.exec(text.trim())
  if (m === null) return null
  const [, y, mo, d, h = '00', mi = '00', s = '00', fraction = '', zone = 'Z'] = m
  const ms = Date.UTC(Number(y), Number(mo) - 1, Number(d), Number(h), Number(mi), Number(s))
  const date = new Date(ms)
  if (Number.isNaN(ms) || date.getUTCDate() !== Number(d) || Number(h) > 23 || Number(mi) > 59 || Number(s) > 59)
    return null
  const micros = Number(fraction.slice(0, 6).padEnd(6, '0'))
  const moment = ms * 1_000 + micros - offsetMicros(zone)
  const result = fromEpochMicros(moment)
  return result.length === 27 ? result : null
}

function offsetMicros(zone: string): number {
  if (zone === 'Z' || zone === 'z') return 0
  const digits = zone.replaceAll(/\D/g, '').padEnd(6, '0')
  const seconds = Number(digits.slice(0, 2)) * 3_600 + Number(digits.slice(2, 4)) * 60 + Number(digits.slice(4, 6))
  return (zone.startsWith('-') ? -seconds : seconds) * 1_000_000
}

/** `seconds` may be negative or fractional. */
export function addSeconds(moment: Timestamp, seconds: number): Timestamp {
  return fromEpochMicros(epochMicros(moment) + Math.round(seconds * 1_000_000))
}

/** `to` minus `from`, in seconds. */
export function secondsBetween(from: Timestamp, to: Timestamp): number {
  return (epochMicros(to) - epochMicros(from)) / 1_000_000
}
