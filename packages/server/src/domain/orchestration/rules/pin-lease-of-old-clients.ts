import { renewsLeases } from '../client-version.ts'
import type { Rule } from '../rule.ts'
import type { FlowRunFacts } from '../verdict.ts'

/** Clients before 3.4.11 do not renew leases: theirs must not expire under a flow that runs. */
export const pinLeaseOfOldClients: Rule<FlowRunFacts> = {
  name: 'pin-lease-of-old-clients',
  from: ['PENDING'],
  to: ['RUNNING', 'CANCELLING'],
  check({ run, client_version }) {
    const lease_id = run.state?.state_details.deployment_concurrency_lease_id ?? null
    if (lease_id === null || renewsLeases(client_version)) return null
    return { kind: 'pass', effects: [{ kind: 'pin-lease', lease_id }] }
  },
}
