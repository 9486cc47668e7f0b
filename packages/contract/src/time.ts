/**
 * A moment as it goes over the wire: `YYYY-MM-DDTHH:MM:SS.ffffffZ`, always UTC, always six digits.
 * Strings of this shape compare like the moments they name, and keep the microseconds that `Date` would lose.
 */
export type Timestamp = string

const SHAPE =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*([Zz]|[+-]\d{2}(?::?\d{2}(?::?\d{2})?)?)?$/

/** The years 1 to 9999, as in Python; PostgreSQL reaches further. */
const FIRST_MICROS = -62_135_596_800_000_000
/** On a whole millisecond: beyond the year 2255 a double has no single microseconds. */
const LAST_MICROS = 253_402_300_799_999_000

/** Microseconds since 1970 (UTC); an integer that fits a double until the year 2255. */
export function epochMicros(moment: Timestamp): number {
  return Date.parse(`${moment.slice(0, 23)}Z`) * 1_000 + Number(moment.slice(23, 26))
}

/** A moment that four digits of a year cannot say becomes the nearest one that they can. */
export function fromEpochMicros(micros: number): Timestamp {
  const told = Math.min(Math.max(micros, FIRST_MICROS), LAST_MICROS)
  const ms = Math.floor(told / 1_000)
  const rest = told - ms * 1_000
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
  // By text: `Date.UTC` takes the years 0 to 99 for those of the last century.
  const ms = Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`)
  const date = new Date(ms)
  if (Number.isNaN(ms) || date.getUTCDate() !== Number(d) || Number(h) > 23 || Number(mi) > 59 || Number(s) > 59)
    return null
  const moment = ms - offsetMs(zone)
  if (moment * 1_000 < FIRST_MICROS || moment * 1_000 > LAST_MICROS) return null
  // Offsets are whole seconds, so the decimals stay as they are.
  return `${new Date(moment).toISOString().slice(0, 20)}${fraction.slice(0, 6).padEnd(6, '0')}Z`
}

function offsetMs(zone: string): number {
  if (zone === 'Z' || zone === 'z') return 0
  const digits = zone.replaceAll(/\D/g, '').padEnd(6, '0')
  const seconds = Number(digits.slice(0, 2)) * 3_600 + Number(digits.slice(2, 4)) * 60 + Number(digits.slice(4, 6))
  return (zone.startsWith('-') ? -seconds : seconds) * 1_000
}

/** `seconds` may be negative or fractional. */
export function addSeconds(moment: Timestamp, seconds: number): Timestamp {
  return fromEpochMicros(epochMicros(moment) + Math.round(seconds * 1_000_000))
}

/** `to` minus `from`, in seconds. */
export function secondsBetween(from: Timestamp, to: Timestamp): number {
  return (epochMicros(to) - epochMicros(from)) / 1_000_000
}
