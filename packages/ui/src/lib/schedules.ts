import type { Schedule } from '@slipway/contract'
import { formatDuration } from './time.ts'

/** A schedule in words, always with its zone. */
export function describeSchedule(schedule: Schedule): string {
  const zone = schedule.timezone ?? 'UTC'
  if ('cron' in schedule) return `cron ${schedule.cron}, ${zone}`
  if ('interval' in schedule) return `every ${formatDuration(schedule.interval * 1_000)}, ${zone}`
  return `${schedule.rrule.replaceAll('\n', ' ')}, ${zone}`
}
