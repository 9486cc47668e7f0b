import { type Rule, amend } from '../rule.ts'
import type { RunFacts } from '../verdict.ts'

/** The guard against two submissions of one run: whoever comes second with PENDING is turned away. */
export const preventPending: Rule<RunFacts> = {
  name: 'prevent-pending',
  from: ['PENDING', 'RUNNING', 'CANCELLING', 'CANCELLED'],
  to: ['PENDING'],
  check({ run }, proposed) {
    const { state } = run
    if (state === null) return null
    // Steps on the way ("Submitting", "InfrastructurePending") are the same submission going on.
    if (state.type === 'PENDING' && proposed.name !== state.name && proposed.name !== 'Pending') {
      const { scheduled_time, deployment_concurrency_lease_id } = state.state_details
      return { kind: 'pass', proposed: amend(proposed, { scheduled_time, deployment_concurrency_lease_id }) }
    }
    return {
      kind: 'abort',
      reason: `This run is in a ${state.type} state and cannot transition to a PENDING state.`,
    }
  },
}
