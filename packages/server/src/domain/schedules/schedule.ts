import type { Timestamp } from '@slipway/contract'

/** A deployment's schedule as it is stored and shown. */
export type Schedule = IntervalSchedule | CronSchedule | RRuleSchedule

export interface IntervalSchedule {
  /** Seconds. */
  readonly interval: number
  readonly anchor_date: Timestamp
  readonly timezone: string | null
}

export interface CronSchedule {
  readonly cron: string
  readonly timezone: string | null
  readonly day_or: boolean
}

export interface RRuleSchedule {
  readonly rrule: string
  readonly timezone: string | null
}

/** How `created_by.display_value` calls a schedule without a slug. */
export function scheduleClass(schedule: Schedule): 'IntervalSchedule' | 'CronSchedule' | 'RRuleSchedule' {
  if ('cron' in schedule) return 'CronSchedule'
  return 'rrule' in schedule ? 'RRuleSchedule' : 'IntervalSchedule'
}
