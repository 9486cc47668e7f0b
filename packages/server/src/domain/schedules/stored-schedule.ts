import type { Timestamp } from '@slipway/contract'
import type { Schedule } from './schedule.ts'

/** A schedule as a request says it, read by the contract. */
export type ScheduleRequest =
  | { readonly interval: number; readonly anchor_date?: Timestamp; readonly timezone: string | null }
  | { readonly cron: string; readonly timezone: string | null; readonly day_or: boolean }
  | { readonly rrule: string; readonly timezone: string | null }

/** From when on rules count that do not say so themselves; shown with them, so that clients count alike. */
const RULE_START = 'DTSTART:20200101T000000\n'

/** Intervals count from the moment of their creation, in UTC, unless the request says otherwise. */
export function storedSchedule(request: ScheduleRequest, now: Timestamp): Schedule {
  if ('rrule' in request) {
    const { rrule } = request
    return { ...request, rrule: rrule.toLowerCase().includes('dtstart') ? rrule : `${RULE_START}${rrule}` }
  }
  if (!('interval' in request)) return request
  const { anchor_date = now, interval, timezone } = request
  return { interval, anchor_date, timezone: timezone ?? 'UTC' }
}
