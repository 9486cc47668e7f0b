import { epochMicros } from '@slipway/contract'
import { DAY } from './calendar.ts'
import type { IntervalSchedule } from './schedule.ts'
import { instantOf, wallAt, zoneOf } from './zone.ts'

/**
 * Instants (microseconds) of an interval at or after `from`, ascending and without end; the phase of the anchor is kept
 * to the microsecond.
 *
 * Less than a day: so much time apart, whatever clocks do. A day and more: the walk jumps to `from` by elapsed time and
 * goes on by the wall clock of the zone, as Prefect 3.8 does. So a walk that crosses a change of clocks keeps its local
 * time, while one that begins after the change sits an hour off the anchor's; its answers depend on `from`, and a
 * server that answered otherwise would show other dates than its clients know.
 */
export function* intervalInstants(schedule: IntervalSchedule, from: number): Generator<number> {
  const interval = Math.round(schedule.interval * 1_000_000)
  const anchor = epochMicros(schedule.anchor_date)
  const advance =
    interval < DAY * 1_000_000 ? (instant: number) => instant + interval : wallClockStep(schedule.timezone, interval)
  let instant = anchor + Math.trunc((from - anchor) / interval) * interval
  while (instant < from) instant = advance(instant)
  for (;;) {
    yield instant
    instant = advance(instant)
  }
}

/** A time that clocks skip is passed on to the hour after; of one that they show twice it is the second. */
function wallClockStep(timezone: string | null, interval: number): (instant: number) => number {
  const zone = zoneOf(timezone)
  return (instant) => {
    const wall = wallAt(zone, instant / 1_000_000) + interval / 1_000_000
    const whole = Math.floor(wall)
    const fraction = Math.round((wall - whole) * 1_000_000)
    return instantOf(zone, whole, { ambiguous: 'second', skipped: 'before' }) * 1_000_000 + fraction
  }
}
