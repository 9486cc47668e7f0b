import { secondsBetween } from '@slipway/contract'
import type { Rule } from '../rule.ts'
import type { RunFacts } from '../verdict.ts'

/** A container may be up before its time; it is told how long to wait, never refused. */
export const waitForScheduledTime: Rule<RunFacts> = {
  name: 'wait-for-scheduled-time',
  from: ['SCHEDULED', 'PENDING'],
  to: ['RUNNING'],
  check({ run, now }) {
    const scheduled_time = run.state?.state_details.scheduled_time ?? null
    if (scheduled_time === null) return null
    // Clients wait whole seconds; less than half of one is not worth a second request.
    const delay_seconds = roundHalfDown(secondsBetween(now, scheduled_time))
    return delay_seconds > 0 ? { kind: 'wait', delay_seconds, reason: 'Scheduled time is in the future' } : null
  },
}

function roundHalfDown(seconds: number): number {
  return Math.ceil(seconds - 0.5)
}
