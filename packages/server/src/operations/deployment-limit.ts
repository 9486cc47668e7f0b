import type { Timestamp } from '@slipway/contract'
import type { Context } from '../context.ts'
import { problem } from '../errors.ts'
import type { Transaction } from '../store/database.ts'
import { deleteLimitByName, listLimitsById, upsertLimit } from '../store/deployments.ts'
import type { DeploymentRow } from '../store/rows.ts'

interface LimitRequest {
  readonly concurrency_limit?: number | null | undefined
  readonly global_concurrency_limit_id?: string | null | undefined
}

/** Which limit the deployment has from now on. Its own one is a row named after it, which goes when it is not wanted. */
export async function linkLimit(
  ctx: Context,
  tx: Transaction,
  deployment: Pick<DeploymentRow, 'id' | 'workspace_id' | 'concurrency_limit_id'>,
  request: LimitRequest,
  now: Timestamp,
): Promise<string | null> {
  const { id, workspace_id, concurrency_limit_id: current } = deployment
  const { concurrency_limit: size, global_concurrency_limit_id: shared } = request
  if (shared !== undefined && shared !== null) {
    const [limit] = await listLimitsById(tx, workspace_id, [shared])
    if (limit === undefined) throw problem(404, 'Concurrency limit not found')
    if (limit.name !== ownLimitName(id)) await deleteOwnLimit(tx, workspace_id, id)
    return limit.id
  }
  if (size !== undefined && size !== null) {
    return await upsertLimit(tx, { id: ctx.ids.uuid(), workspace_id, name: ownLimitName(id), limit: size }, now)
  }
  if (size === undefined && shared === undefined) return current
  await deleteOwnLimit(tx, workspace_id, id)
  return null
}

export async function deleteOwnLimit(tx: Transaction, workspace_id: string, deployment_id: string): Promise<void> {
  await deleteLimitByName(tx, workspace_id, ownLimitName(deployment_id))
}

function ownLimitName(deployment_id: string): string {
  return `deployment:${deployment_id}`
}
