import type { BodyOf, JsonObject, operations, Timestamp } from '@slipway/contract'
import type { Context } from '../context.ts'
import { checkDeploymentJobVariables } from '../domain/templates/validate.ts'
import { problem } from '../errors.ts'
import { listSealedBlockDocuments } from '../store/block-documents.ts'
import type { Transaction } from '../store/database.ts'
import { deleteScheduledRuns, deleteSchedules, insertSchedules, planAgain } from '../store/deployment-schedules.ts'
import {
  findDeployment,
  insertDeployment,
  lockDeploymentOfFlow,
  type NamedDeploymentRow,
  updateDeployment,
} from '../store/deployments.ts'
import { findFlow } from '../store/flows.ts'
import type { DeploymentRow, WorkPoolRow } from '../store/rows.ts'
import { tellDeployment, tellDeploymentChange } from './deployment-events.ts'
import { linkLimit } from './deployment-limit.ts'
import { placeDeployment, poolNamed } from './deployment-queue.ts'
import { newSchedules } from './edit-schedules.ts'
import { integrityConflict } from './integrity-conflict.ts'
import { newPatternCache, openDefaultBlocks, throwRefusal } from './template-blocks.ts'

type Body = BodyOf<typeof operations.createDeployment>

/** Creates a deployment, or replaces what the request says of the one that has this flow and name. */
export async function createDeployment(
  ctx: Context,
  workspace_id: string,
  body: Body,
): Promise<{ readonly deployment: NamedDeploymentRow; readonly created: boolean }> {
  return await ctx.db.transaction(async (tx) => {
    const pool = await poolNamed(tx, workspace_id, body.work_pool_name)
    if (pool !== null) await checkJobVariables(ctx, tx, pool, body.job_variables ?? {})
    await checkBlocks(tx, workspace_id, body)
    const now = ctx.clock.now()
    const { before, row } = await writeDeployment(ctx, tx, { workspace_id, body, pool }, now)
    await deleteScheduledRuns(tx, row.id, { planned_after: now })
    await deleteSchedules(tx, row.id, null)
    await insertSchedules(tx, newSchedules(ctx, row, body.schedules ?? [], now))
    await planAgain(tx, row.id)
    const deployment = await findDeployment(tx, workspace_id, row.id)
    if (deployment === null) throw new Error('A deployment was lost while it was being written')
    if (before === null) await tellDeployment(ctx, tx, deployment, { happening: 'created' }, now)
    else await tellDeploymentChange(ctx, tx, { before, after: deployment }, now)
    return { deployment, created: before === null }
  })
}

interface Write {
  readonly workspace_id: string
  readonly body: Body
  readonly pool: WorkPoolRow | null
}

async function writeDeployment(
  ctx: Context,
  tx: Transaction,
  write: Write,
  now: Timestamp,
): Promise<{ readonly before: NamedDeploymentRow | null; readonly row: DeploymentRow }> {
  const { workspace_id, body } = write
  const existing = await lockDeploymentOfFlow(tx, workspace_id, body)
  if (existing === null) {
    const row = await rowOf(ctx, tx, { ...write, before: newRow(ctx, write, now) }, now)
    if (await insertDeployment(tx, row)) return { before: null, row }
  }
  // Somebody else has made it meanwhile, or there is no such flow.
  const before = existing ?? (await lockDeploymentOfFlow(tx, workspace_id, body))
  if (before === null) throw integrityConflict()
  const row = await rowOf(ctx, tx, { ...write, before }, now)
  await updateDeployment(tx, row, now)
  return { before, row }
}

/** What the request says over what was there before. */
async function rowOf(
  ctx: Context,
  tx: Transaction,
  { workspace_id, body, pool, before }: Write & { readonly before: DeploymentRow },
  now: Timestamp,
): Promise<DeploymentRow> {
  const flow = await findFlow(tx, workspace_id, { id: body.flow_id })
  const placement = await placeDeployment(ctx, tx, workspace_id, {
    pool,
    work_queue_name: body.work_queue_name === '' ? null : (body.work_queue_name ?? null),
  })
  return {
    ...before,
    version: given(body.version, before.version),
    description: given(body.description, before.description),
    paused: given(body.paused, before.paused),
    concurrency_options: given(concurrencyOptions(body.concurrency_options), before.concurrency_options),
    job_variables: given(body.job_variables, before.job_variables),
    parameters: given(body.parameters, before.parameters),
    parameter_openapi_schema: given(body.parameter_openapi_schema, before.parameter_openapi_schema),
    enforce_parameter_schema: given(body.enforce_parameter_schema, before.enforce_parameter_schema),
    tags: given(body.tags, before.tags),
    labels: { ...asObject(flow?.labels), 'prefect.flow.id': body.flow_id, ...body.labels },
    work_queue_name: given(body.work_queue_name, before.work_queue_name),
    path: given(body.path, before.path),
    pull_steps: given(body.pull_steps, before.pull_steps),
    entrypoint: given(body.entrypoint, before.entrypoint),
    storage_document_id: given(body.storage_document_id, before.storage_document_id),
    infrastructure_document_id: given(body.infrastructure_document_id, before.infrastructure_document_id),
    version_info: given(body.version_info, before.version_info),
    concurrency_limit_id: await linkLimit(ctx, tx, before, body, now),
    ...placement,
  }
}

function newRow(ctx: Context, { workspace_id, body }: Write, now: Timestamp): DeploymentRow {
  return {
    id: ctx.ids.uuid(),
    workspace_id,
    created: now,
    updated: now,
    name: body.name,
    flow_id: body.flow_id,
    version: null,
    description: null,
    paused: false,
    concurrency_limit_id: null,
    concurrency_options: null,
    job_variables: {},
    parameters: {},
    parameter_openapi_schema: {},
    enforce_parameter_schema: true,
    tags: [],
    labels: {},
    work_queue_id: null,
    work_queue_name: null,
    last_polled: null,
    path: null,
    pull_steps: [],
    entrypoint: null,
    storage_document_id: null,
    infrastructure_document_id: null,
    created_by: null,
    updated_by: null,
    version_info: null,
    status: 'NOT_READY',
  }
}

async function checkJobVariables(
  ctx: Context,
  tx: Transaction,
  pool: WorkPoolRow,
  job_variables: JsonObject,
): Promise<void> {
  const base_job_template = asObject(pool.base_job_template)
  const blocks = await openDefaultBlocks(ctx, tx, pool.workspace_id, base_job_template)
  const patterns = newPatternCache()
  throwRefusal(checkDeploymentJobVariables({ base_job_template, blocks, patterns, job_variables }), pool.type)
}

async function checkBlocks(tx: Transaction, workspace_id: string, body: Body): Promise<void> {
  const named = [
    ['infrastructure', body.infrastructure_document_id],
    ['storage', body.storage_document_id],
  ] as const
  for (const [what, id] of named) {
    if (id === null || id === undefined) continue
    const found = await listSealedBlockDocuments(tx, workspace_id, [id])
    if (found.length === 0) {
      throw problem(409, `Error creating deployment. There is no ${what} block with the id ${id} in this workspace.`)
    }
  }
}

/** Both keys are always there on the way out. */
export function concurrencyOptions(options: Body['concurrency_options']): JsonObject | null | undefined {
  if (options === undefined || options === null) return options
  return { collision_strategy: options.collision_strategy, grace_period_seconds: options.grace_period_seconds ?? null }
}

function given<T>(value: T | undefined, before: T): T {
  return value === undefined ? before : value
}

/** JSON columns of this kind hold objects only. */
export function asObject(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null ? (value as JsonObject) : {}
}
