import type { Aftermath } from '../rule.ts'
import { type FlowRunFacts, isOccupying } from '../verdict.ts'

/** A run that no longer occupies its slot gives it back, except for a retry in the same process. */
export const releaseDeploymentSlot: Aftermath<FlowRunFacts> = {
  name: 'release-deployment-slot',
  effects({ run, deployment_limit }, written, was_rejected) {
    if (run.state === null || run.deployment_id === null) return []
    if (!isOccupying(run.state.type) || isOccupying(written.type)) return []
    if (was_rejected && written.type === 'SCHEDULED' && written.name === 'AwaitingRetry') return []
    const lease_id = run.state.state_details.deployment_concurrency_lease_id
    const limit_id = deployment_limit?.limit_id ?? null
    if (lease_id === null && limit_id === null) return []
    return [{ kind: 'release-deployment-slot', lease_id, limit_id, flow_run_id: run.id }]
  },
}
