import { renewsLeases } from '../client-version.ts'
import { proposeState } from '../proposal.ts'
import { type Rule, amend } from '../rule.ts'
import type { FlowRunFacts } from '../verdict.ts'
import { acquireSlot, graceSeconds, hasFreeSlot } from './secure-deployment-slot.ts'

/** A container that started so slowly that its slot expired gets a free one, or must not run. */
export const confirmSlotAtStart: Rule<FlowRunFacts> = {
  name: 'confirm-slot-at-start',
  from: ['PENDING'],
  to: ['RUNNING'],
  check(facts, proposed) {
    const { run, deployment_found, deployment_limit: limit } = facts
    if (run.state === null) return null
    const lease_id = run.state.state_details.deployment_concurrency_lease_id
    const kept = amend(proposed, { deployment_concurrency_lease_id: lease_id })
    if (lease_id === null || !renewsLeases(facts.client_version) || !deployment_found || limit === null) {
      return { kind: 'pass', proposed: kept }
    }
    if (facts.lease_alive) {
      return {
        kind: 'pass',
        proposed: kept,
        effects: [{ kind: 'renew-lease', lease_id, lease_seconds: graceSeconds(limit) }],
      }
    }
    if (hasFreeSlot(limit)) {
      const { lease_id: new_lease_id } = facts.fresh
      return {
        kind: 'pass',
        proposed: amend(proposed, { deployment_concurrency_lease_id: new_lease_id }),
        effects: [acquireSlot(limit, new_lease_id, run.id)],
      }
    }
    return {
      kind: 'reject',
      state: proposeState(
        {
          type: 'CANCELLED',
          message: 'Deployment concurrency slot lost during provisioning - no slots available to continue execution',
        },
        facts.now,
      ),
      reason: 'Deployment concurrency limit reached after lease expiry.',
    }
  },
}
