import { DAY } from './calendar.ts'

/** A zone of the IANA database, as the runtime's own copy of it knows it. All times are in seconds, and may have fractions. */
export interface Zone {
  /** Seconds east of Greenwich at an instant. */
  offsetAt(instant: number): number
}

export function zoneOf(name: string | null): Zone {
  const timeZone = name === null || name === '' ? 'UTC' : name
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset', year: 'numeric' })
  if (format.resolvedOptions().timeZone === 'UTC') return { offsetAt: () => 0 }
  return { offsetAt: (instant) => parseOffset(format.format(Math.floor(instant) * 1_000)) }
}

/** Case counts, and an offset such as `+01:00` is no name, as in Prefect 3.8. */
export function isZoneName(name: string): boolean {
  if (!/^[A-Z][A-Za-z0-9+_-]*(?:\/[A-Z][A-Za-z0-9+_-]*)*$/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name }).format(0)
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/** `2031, GMT+05:30` and, for times before zones were, `1880, GMT+00:53:28`. */
function parseOffset(text: string): number {
  const match = /GMT(?:([+-−])(\d{1,2}):(\d{2})(?::(\d{2}))?)?/.exec(text)
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = match ?? []
  const size = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)
  return sign === undefined || sign === '+' ? size : -size
}

export function wallAt(zone: Zone, instant: number): number {
  return instant + zone.offsetAt(instant)
}

/**
 * The instant at which a wall clock shows a time.
 * Where clocks go back it is shown twice: `ambiguous` picks. Where they go forward it is never shown, and counts by the
 * offset before the change (the clock then shows a later time) or by the one after (an earlier time).
 */
export function instantOf(
  zone: Zone,
  wall: number,
  pick: { readonly ambiguous: 'first' | 'second'; readonly skipped: 'before' | 'after' },
): number {
  const before = zone.offsetAt(wall - DAY)
  const after = zone.offsetAt(wall + DAY)
  if (before === after && zone.offsetAt(wall - before) === before) return wall - before
  const candidates = [wall - before, wall - after].filter((instant) => wallAt(zone, instant) === wall)
  const first = candidates[0]
  const last = candidates.at(-1)
  if (first === undefined || last === undefined) return pick.skipped === 'before' ? wall - before : wall - after
  return pick.ambiguous === 'first' ? Math.min(first, last) : Math.max(first, last)
}
