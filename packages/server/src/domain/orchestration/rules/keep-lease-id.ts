import { type Rule, amend } from '../rule.ts'
import { ANY_ORIGIN, type FlowRunFacts, STATE_TYPES } from '../verdict.ts'

/** Clients send the lease id back as null; it must survive, or the slot would never be given back by name. */
export const keepLeaseId: Rule<FlowRunFacts> = {
  name: 'keep-lease-id',
  from: ANY_ORIGIN,
  to: STATE_TYPES,
  check({ run }, proposed) {
    const lease_id = run.state?.state_details.deployment_concurrency_lease_id ?? null
    if (lease_id === null || proposed.state_details.deployment_concurrency_lease_id !== null) return null
    return { kind: 'pass', proposed: amend(proposed, { deployment_concurrency_lease_id: lease_id }) }
  },
}
