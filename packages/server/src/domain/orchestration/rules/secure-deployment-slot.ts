import { addSeconds } from '@slipway/contract'
import { limitsDeploymentsItself } from '../client-version.ts'
import { proposeState } from '../proposal.ts'
import { type Rule, amend } from '../rule.ts'
import { ANY_ORIGIN, type DeploymentLimit, type Effect, type FlowRunFacts, isOccupying } from '../verdict.ts'

const SLOT_WAIT_SECONDS = 30
const DEFAULT_GRACE_SECONDS = 300
const LIMIT_REACHED = 'Deployment concurrency limit reached.'

/** The slot is taken before anything is started, so that no container waits for one. */
export const secureDeploymentSlot: Rule<FlowRunFacts> = {
  name: 'secure-deployment-slot',
  from: ANY_ORIGIN.filter((type) => !isOccupying(type)),
  to: ['PENDING'],
  check(facts, proposed) {
    const { run, deployment_limit: limit } = facts
    if (run.deployment_id === null || limitsDeploymentsItself(facts.client_version)) return null
    if (!facts.deployment_found) return { kind: 'abort', reason: 'Deployment not found.' }
    if (limit === null) return null
    if (limit.limit === 0) {
      return {
        kind: 'abort',
        reason: 'The deployment concurrency limit is 0. The flow will deadlock if submitted again.',
      }
    }
    if (hasFreeSlot(limit)) {
      const { lease_id } = facts.fresh
      return {
        kind: 'pass',
        proposed: amend(proposed, { deployment_concurrency_lease_id: lease_id }),
        effects: [acquireSlot(limit, lease_id, run.id)],
      }
    }
    switch (limit.collision_strategy) {
      case 'ENQUEUE': {
        const scheduled_time = addSeconds(facts.now, SLOT_WAIT_SECONDS)
        const later = { type: 'SCHEDULED', name: 'AwaitingConcurrencySlot', state_details: { scheduled_time } } as const
        return { kind: 'reject', state: proposeState(later, facts.now), reason: LIMIT_REACHED }
      }
      case 'CANCEL_NEW':
        return {
          kind: 'reject',
          state: proposeState({ type: 'CANCELLED', message: LIMIT_REACHED }, facts.now),
          reason: LIMIT_REACHED,
        }
    }
  },
}

export function hasFreeSlot({ active_slots, limit }: DeploymentLimit): boolean {
  return active_slots + 1 <= limit
}

export function graceSeconds({ grace_period_seconds }: DeploymentLimit): number {
  return grace_period_seconds ?? DEFAULT_GRACE_SECONDS
}

export function acquireSlot(limit: DeploymentLimit, lease_id: string, flow_run_id: string): Effect {
  return {
    kind: 'acquire-deployment-slot',
    limit_id: limit.limit_id,
    lease_id,
    lease_seconds: graceSeconds(limit),
    flow_run_id,
  }
}
