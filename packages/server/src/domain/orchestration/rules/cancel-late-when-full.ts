import { proposeState } from '../proposal.ts'
import type { Rule } from '../rule.ts'
import type { FlowRunFacts } from '../verdict.ts'

/** With CANCEL_NEW nothing waits for a slot; without this, runs that never reach PENDING would pile up as late. */
export const cancelLateWhenFull: Rule<FlowRunFacts> = {
  name: 'cancel-late-when-full',
  from: ['SCHEDULED'],
  to: ['SCHEDULED'],
  check({ run, deployment_limit: limit, now }, proposed) {
    if (proposed.name !== 'Late' || run.deployment_id === null || limit === null) return null
    if (limit.collision_strategy !== 'CANCEL_NEW' || limit.active_slots < limit.limit) return null
    return {
      kind: 'reject',
      state: proposeState({ type: 'CANCELLED', message: 'Deployment concurrency limit reached.' }, now),
      reason: 'Deployment concurrency limit is full and uses the CANCEL_NEW strategy.',
    }
  },
}
