import { jitter } from '../../backoff.ts'
import type { Rule } from '../rule.ts'
import { ANY_ORIGIN, type TagLimit, type TaskRunFacts } from '../verdict.ts'

const MAX_WAIT_SECONDS = 10
const JITTER = 0.3

/** One slot of every limited tag, or none. */
export const secureTagSlots: Rule<TaskRunFacts> = {
  name: 'secure-tag-slots',
  from: ANY_ORIGIN,
  to: ['RUNNING'],
  check({ run, tag_limits, fresh }) {
    const [first] = tag_limits
    if (first === undefined) return null
    const closed = tag_limits.find(({ limit }) => limit === 0)
    if (closed !== undefined) {
      return {
        kind: 'abort',
        reason: `The concurrency limit on tag "${closed.tag}" is 0 and will deadlock if the task tries to run again.`,
      }
    }
    if (tag_limits.some(({ active_slots, limit }) => active_slots + 1 > limit)) {
      const fullest = tag_limits.reduce((most, next) => (occupancy(next) > occupancy(most) ? next : most), first)
      const average = Math.min(fullest.avg_slot_occupancy_seconds || MAX_WAIT_SECONDS, MAX_WAIT_SECONDS)
      return {
        kind: 'wait',
        delay_seconds: Math.round(jitter(average, JITTER, fresh.fraction)),
        reason: `Concurrency limit reached for tags: ${tag_limits.map(({ tag }) => tag).join(', ')}`,
      }
    }
    const limit_ids = tag_limits.map(({ limit_id }) => limit_id)
    return {
      kind: 'pass',
      effects: [{ kind: 'acquire-tag-slots', limit_ids, lease_id: fresh.lease_id, task_run_id: run.id }],
    }
  },
}

function occupancy({ active_slots, limit }: TagLimit): number {
  return active_slots / limit
}
