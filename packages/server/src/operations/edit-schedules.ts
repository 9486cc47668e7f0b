import type { BodyOf, JsonObject, operations, Timestamp } from '@slipway/contract'
import type { Context } from '../context.ts'
import { type ScheduleRequest, storedSchedule } from '../domain/schedules/stored-schedule.ts'
import { problem, type SlipwayError } from '../errors.ts'
import type { Transaction } from '../store/database.ts'
import {
  deleteScheduledRuns,
  deleteSchedules,
  insertSchedules,
  listSchedules,
  type NewSchedule,
  planAgain,
  updateSchedule,
} from '../store/deployment-schedules.ts'
import { lockDeployment } from '../store/deployments.ts'
import type { DeploymentRow, DeploymentScheduleRow } from '../store/rows.ts'

/** A schedule of a request that replaces all schedules of a deployment; there `max_scheduled_runs` is lost, as in Prefect 3.8. */
export interface ScheduleDraft {
  readonly schedule: ScheduleRequest
  readonly active: boolean
  readonly parameters: JsonObject
  readonly slug: string | null
  readonly max_scheduled_runs?: number | null
}

export function newSchedules(
  ctx: Context,
  deployment: Pick<DeploymentRow, 'id' | 'workspace_id'>,
  drafts: readonly ScheduleDraft[],
  now: Timestamp,
): readonly NewSchedule[] {
  return drafts.map(({ schedule, active, parameters, slug }, position) => ({
    id: ctx.ids.uuid(),
    workspace_id: deployment.workspace_id,
    created: now,
    deployment_id: deployment.id,
    position,
    // A schedule is a plain object of JSON values; its interface only lacks the index signature.
    schedule: storedSchedule(schedule, now) as unknown as JsonObject,
    active,
    max_scheduled_runs: null,
    parameters,
    slug,
  }))
}

export function deploymentMissing(): SlipwayError {
  return problem(404, 'Deployment not found.')
}

export async function addSchedules(
  ctx: Context,
  workspace_id: string,
  deployment_id: string,
  drafts: BodyOf<typeof operations.createDeploymentSchedules>,
): Promise<readonly DeploymentScheduleRow[]> {
  return await onDeployment(ctx, workspace_id, deployment_id, async (tx, deployment, now) => {
    const existing = await listSchedules(tx, workspace_id, [deployment_id])
    const slugs = [...existing, ...drafts].flatMap(({ slug }) => slug ?? [])
    if (new Set(slugs).size < slugs.length) throw problem(409, 'Schedule slugs must be unique within a deployment.')
    const schedules = newSchedules(ctx, deployment, drafts, now).map((schedule, index) => ({
      ...schedule,
      max_scheduled_runs: drafts[index]?.max_scheduled_runs ?? null,
    }))
    await insertSchedules(tx, schedules)
    return schedules.map((schedule) => ({ ...schedule, updated: now, plan_after: null }))
  })
}

/** A null, like an absent field, leaves what is there. */
export async function changeSchedule(
  ctx: Context,
  workspace_id: string,
  { id, schedule_id }: { readonly id: string; readonly schedule_id: string },
  change: BodyOf<typeof operations.updateDeploymentSchedule>,
): Promise<void> {
  await onDeployment(ctx, workspace_id, id, async (tx, _deployment, now) => {
    const schedule = (await listSchedules(tx, workspace_id, [id])).find((each) => each.id === schedule_id)
    if (schedule === undefined) throw scheduleMissing()
    await updateSchedule(tx, mergedSchedule(schedule, change, now), now)
    await deleteScheduledRuns(tx, id, { planned_after: now })
  })
}

export async function removeSchedule(
  ctx: Context,
  workspace_id: string,
  { id, schedule_id }: { readonly id: string; readonly schedule_id: string },
): Promise<void> {
  await onDeployment(ctx, workspace_id, id, async (tx, _deployment, now) => {
    const gone = await deleteSchedules(tx, id, schedule_id)
    if (gone.length === 0) throw scheduleMissing()
    await deleteScheduledRuns(tx, id, { planned_after: now })
  })
}

export function mergedSchedule(
  schedule: DeploymentScheduleRow,
  change: BodyOf<typeof operations.updateDeploymentSchedule>,
  now: Timestamp,
): DeploymentScheduleRow {
  return {
    ...schedule,
    schedule: change.schedule ? (storedSchedule(change.schedule, now) as unknown as JsonObject) : schedule.schedule,
    active: change.active ?? schedule.active,
    max_scheduled_runs: change.max_scheduled_runs ?? schedule.max_scheduled_runs,
    parameters: change.parameters ?? schedule.parameters,
    slug: change.slug ?? schedule.slug,
  }
}

function scheduleMissing(): SlipwayError {
  return problem(404, 'Schedule not found.')
}

/** Under the lock of the deployment; afterwards the scheduler looks at all its schedules again. */
async function onDeployment<T>(
  ctx: Context,
  workspace_id: string,
  id: string,
  work: (tx: Transaction, deployment: DeploymentRow, now: Timestamp) => Promise<T>,
): Promise<T> {
  return await ctx.db.transaction(async (tx) => {
    const deployment = await lockDeployment(tx, workspace_id, id)
    if (deployment === null) throw deploymentMissing()
    const result = await work(tx, deployment, ctx.clock.now())
    await planAgain(tx, id)
    return result
  })
}
