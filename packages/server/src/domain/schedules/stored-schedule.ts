import { epochMs, type Timestamp } from '@slipway/contract'
import { normalizeRule } from './rrule.ts'
import type { Schedule } from './schedule.ts'

/** A schedule as a request says it, read by the contract. */
export type ScheduleRequest =
  | { readonly interval: number; readonly anchor_date?: Timestamp; readonly timezone: string | null }
  | { readonly cron: string; readonly timezone: string | null; readonly day_or: boolean }
  | { readonly rrule: string; readonly timezone: string | null }

/** Intervals count from the moment of their creation, in UTC, unless the request says otherwise. */
export function storedSchedule(request: ScheduleRequest, now: Timestamp): Schedule {
  if ('rrule' in request) {
    const { rrule, timezone } = request
    return { rrule: normalizeRule(rrule, timezone, epochMs(now) / 1_000), timezone }
  }
  if (!('interval' in request)) return request
  const { anchor_date = now, interval, timezone } = request
  return { interval, anchor_date, timezone: timezone ?? 'UTC' }
}
