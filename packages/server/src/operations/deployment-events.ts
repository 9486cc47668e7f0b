import type { JsonObject, Timestamp } from '@slipway/contract'
import type { Context } from '../context.ts'
import { changedFields } from '../events/changed-fields.ts'
import { deploymentEvent } from '../events/deployment-events.ts'
import type { Happening } from '../events/work-pool-events.ts'
import type { Transaction } from '../store/database.ts'
import type { NamedDeploymentRow } from '../store/deployments.ts'
import { appendEvents } from '../store/events.ts'

const TOLD = [
  'description',
  'tags',
  'parameters',
  'parameter_openapi_schema',
  'enforce_parameter_schema',
  'entrypoint',
  'path',
  'pull_steps',
  'work_queue_id',
  'job_variables',
  'paused',
  'labels',
  'version',
  'concurrency_limit_id',
  'concurrency_options',
] as const

export async function tellDeployment(
  ctx: Context,
  tx: Transaction,
  deployment: NamedDeploymentRow,
  { happening, payload = {} }: { readonly happening: Happening; readonly payload?: JsonObject },
  now: Timestamp,
): Promise<void> {
  const event = deploymentEvent(deployment, happening, { event_id: ctx.ids.uuid7(), now }, payload)
  await appendEvents(tx, deployment.workspace_id, [event], now)
}

/** Nothing is told when nothing that counts has changed. */
export async function tellDeploymentChange(
  ctx: Context,
  tx: Transaction,
  { before, after }: { readonly before: NamedDeploymentRow; readonly after: NamedDeploymentRow },
  now: Timestamp,
): Promise<void> {
  const payload = changedFields(before, after, TOLD)
  if (payload !== null) await tellDeployment(ctx, tx, after, { happening: 'updated', payload }, now)
}
