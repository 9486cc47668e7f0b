import type { BodyOf, JsonObject, operations, Timestamp } from '@slipway/contract'
import type { Context } from '../context.ts'
import { checkParameters } from '../domain/json-schema/parameters.ts'
import { matchBySlug } from '../domain/schedules/match-by-slug.ts'
import { checkDeploymentUpdateJobVariables } from '../domain/templates/validate.ts'
import { problem } from '../errors.ts'
import type { Transaction } from '../store/database.ts'
import {
  clearSlugs,
  deleteScheduledRuns,
  deleteSchedules,
  insertSchedules,
  listSchedules,
  planAgain,
  updateSchedule,
} from '../store/deployment-schedules.ts'
import { findDeployment, lockDeployment, type NamedDeploymentRow, updateDeployment } from '../store/deployments.ts'
import type { DeploymentRow, DeploymentScheduleRow, WorkPoolRow } from '../store/rows.ts'
import { asObject, concurrencyOptions } from './create-deployment.ts'
import { tellDeploymentChange } from './deployment-events.ts'
import { linkLimit } from './deployment-limit.ts'
import { placeDeployment, poolNamed } from './deployment-queue.ts'
import { deploymentMissing, mergedSchedule, newSchedules } from './edit-schedules.ts'
import { hydrateValues } from './hydrate-values.ts'
import { newPatternCache, throwRefusal } from './template-blocks.ts'

type Change = BodyOf<typeof operations.updateDeployment>
type ScheduleChange = NonNullable<Change['schedules']>[number]

/** Only what the body names is changed. Runs that its schedules planned are deleted, and planned anew by the scheduler. */
export async function changeDeployment(ctx: Context, workspace_id: string, id: string, change: Change): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const before = await lockDeployment(tx, workspace_id, id)
    if (before === null) throw deploymentMissing()
    const existing = await listSchedules(tx, workspace_id, [id])
    const plan = change.schedules === undefined ? null : matchBySlug(existing, change.schedules)
    if (plan?.kind === 'refused') throw problem(422, plan.detail)
    const pool = await poolNamed(tx, workspace_id, change.work_pool_name)
    if (pool !== null) checkJobVariables(pool, change.job_variables ?? {})
    const parameters = await checkedParameters(tx, before, change)
    const now = ctx.clock.now()
    await updateDeployment(tx, await rowOf(ctx, tx, { before, change, pool, parameters }, now), now)
    await deleteScheduledRuns(tx, id, { planned_after: now })
    if (plan?.kind === 'by-slug') await changeBySlug(ctx, tx, { before, existing, ...plan }, now)
    if (plan?.kind === 'replace') await replaceSchedules(ctx, tx, before, change.schedules ?? [], now)
    await planAgain(tx, id)
    await tell(ctx, tx, before, now)
  })
}

/** Paused or not: what its schedules planned is deleted, and planned anew when it goes on. */
export async function setDeploymentPaused(
  ctx: Context,
  workspace_id: string,
  id: string,
  paused: boolean,
): Promise<boolean> {
  return await ctx.db.transaction(async (tx) => {
    const before = await lockDeployment(tx, workspace_id, id)
    if (before === null) return false
    const now = ctx.clock.now()
    await updateDeployment(tx, { ...before, paused }, now)
    if (paused) await deleteScheduledRuns(tx, id, { planned_after: now })
    await planAgain(tx, id)
    await tell(ctx, tx, before, now)
    return true
  })
}

async function tell(ctx: Context, tx: Transaction, before: NamedDeploymentRow, now: Timestamp): Promise<void> {
  const after = await findDeployment(tx, before.workspace_id, before.id)
  if (after !== null) await tellDeploymentChange(ctx, tx, { before, after }, now)
}

function checkJobVariables(pool: WorkPoolRow, job_variables: JsonObject): void {
  const base_job_template = asObject(pool.base_job_template)
  const patterns = newPatternCache()
  throwRefusal(checkDeploymentUpdateJobVariables({ base_job_template, job_variables, patterns }), pool.type)
}

/** The parameters from now on. They have to fit the schema from now on, even when neither is in the body. */
async function checkedParameters(tx: Transaction, before: DeploymentRow, change: Change): Promise<JsonObject> {
  let parameters = asObject(before.parameters)
  if (change.parameters) {
    const hydration = await hydrateValues(tx, before.workspace_id, change.parameters)
    if (hydration.kind === 'failed') {
      throw problem(400, `Error hydrating deployment parameters: ${hydration.message}`)
    }
    parameters = hydration.value
  }
  if (!(change.enforce_parameter_schema ?? before.enforce_parameter_schema)) return parameters
  const given = change.parameter_openapi_schema ?? null
  const schema = given !== null && Object.keys(given).length > 0 ? given : before.parameter_openapi_schema
  const refusal = checkParameters({
    parameters,
    schema: schema === null ? null : asObject(schema),
    patterns: newPatternCache(),
    action: 'updating deployment',
  })
  if (refusal !== null) throw problem(refusal.status, refusal.detail)
  return parameters
}

interface Merge {
  readonly before: NamedDeploymentRow
  readonly change: Change
  readonly pool: WorkPoolRow | null
  readonly parameters: JsonObject
}

async function rowOf(
  ctx: Context,
  tx: Transaction,
  { before, change, pool, parameters }: Merge,
  now: Timestamp,
): Promise<DeploymentRow> {
  return {
    ...before,
    parameters,
    version: given(change.version, before.version),
    description: given(change.description, before.description),
    paused: change.paused ?? before.paused,
    concurrency_options: given(concurrencyOptions(change.concurrency_options), before.concurrency_options),
    job_variables: change.job_variables ?? before.job_variables,
    parameter_openapi_schema: given(change.parameter_openapi_schema, before.parameter_openapi_schema),
    enforce_parameter_schema: change.enforce_parameter_schema ?? before.enforce_parameter_schema,
    tags: change.tags ?? before.tags,
    work_queue_name: given(change.work_queue_name, before.work_queue_name),
    path: given(change.path, before.path),
    pull_steps: given(change.pull_steps, before.pull_steps),
    entrypoint: given(change.entrypoint, before.entrypoint),
    storage_document_id: given(change.storage_document_id, before.storage_document_id),
    infrastructure_document_id: given(change.infrastructure_document_id, before.infrastructure_document_id),
    version_info: given(change.version_info, before.version_info),
    concurrency_limit_id: await linkLimit(ctx, tx, before, change, now),
    ...(await placementOf(ctx, tx, before, change, pool)),
  }
}

/** A pool that is taken away takes the queue along; without a word about either the deployment stays where it is. */
async function placementOf(
  ctx: Context,
  tx: Transaction,
  before: NamedDeploymentRow,
  change: Change,
  pool: WorkPoolRow | null,
): Promise<Partial<DeploymentRow>> {
  if (change.work_pool_name === null) return { work_queue_id: null }
  const work_queue_name = change.work_queue_name === '' ? null : (change.work_queue_name ?? null)
  const placement = await placeDeployment(ctx, tx, before.workspace_id, { pool, work_queue_name })
  if (placement === null || placement.work_queue_id === before.work_queue_id) return {}
  return placement
}

interface SlugChanges {
  readonly before: DeploymentRow
  readonly existing: readonly DeploymentScheduleRow[]
  readonly change: ReadonlyMap<string, ScheduleChange>
  readonly create: readonly ScheduleChange[]
}

async function changeBySlug(
  ctx: Context,
  tx: Transaction,
  { before, existing, change, create }: SlugChanges,
  now: Timestamp,
): Promise<void> {
  const changed = existing.flatMap((schedule) => {
    const wanted = change.get(schedule.slug ?? '')
    // The whole schedule is written: parameters that are not repeated are gone, as in Prefect 3.8.
    return wanted === undefined ? [] : [mergedSchedule(schedule, { parameters: {}, ...wanted }, now)]
  })
  const bySlug = new Map(existing.map((schedule) => [schedule.id, schedule.slug]))
  await clearSlugs(
    tx,
    changed.filter(({ id, slug }) => bySlug.get(id) !== slug).map(({ id }) => id),
  )
  for (const schedule of changed) await updateSchedule(tx, schedule, now)
  await insertSchedules(tx, newSchedules(ctx, before, draftsOf(create), now))
}

async function replaceSchedules(
  ctx: Context,
  tx: Transaction,
  deployment: DeploymentRow,
  schedules: readonly ScheduleChange[],
  now: Timestamp,
): Promise<void> {
  await deleteSchedules(tx, deployment.id, null)
  await insertSchedules(tx, newSchedules(ctx, deployment, draftsOf(schedules), now))
}

/** What has no schedule is dropped, as in Prefect 3.8. */
function draftsOf(schedules: readonly ScheduleChange[]) {
  return schedules.flatMap(({ schedule, active, parameters, slug }) =>
    schedule ? [{ schedule, active: active ?? true, parameters: parameters ?? {}, slug: slug ?? null }] : [],
  )
}

function given<T>(value: T | undefined, before: T): T {
  return value === undefined ? before : value
}
