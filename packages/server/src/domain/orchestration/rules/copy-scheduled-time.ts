import { type Rule, amend } from '../rule.ts'
import type { RunFacts } from '../verdict.ts'

/** The time a run waits for must outlive the SCHEDULED state: a container may be up before it. */
export const copyScheduledTime: Rule<RunFacts> = {
  name: 'copy-scheduled-time',
  from: ['SCHEDULED'],
  to: ['PENDING'],
  check({ run }, proposed) {
    if (run.state === null || proposed.state_details.scheduled_time !== null) return null
    return { kind: 'pass', proposed: amend(proposed, { scheduled_time: run.state.state_details.scheduled_time }) }
  },
}
