import type {
  DeploymentResponse,
  DeploymentSchedule,
  GlobalConcurrencyLimitResponse,
  Timestamp,
} from '@slipway/contract'
import type { Context } from '../../context.ts'
import { activeSlotsAfterDecay } from '../../domain/limits/decay.ts'
import { listSchedules } from '../../store/deployment-schedules.ts'
import { listLimitsById, type NamedDeploymentRow } from '../../store/deployments.ts'
import type { ConcurrencyLimitRow, DeploymentScheduleRow } from '../../store/rows.ts'

/** Deployments as the API shows them: with their schedules and limits, which are read once for all. */
export async function deploymentResponses(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  workspace_id: string,
  rows: readonly NamedDeploymentRow[],
): Promise<DeploymentResponse[]> {
  const limit_ids = rows.flatMap((row) => row.concurrency_limit_id ?? [])
  const [schedules, limits] = await Promise.all([
    listSchedules(
      db,
      workspace_id,
      rows.map((row) => row.id),
    ),
    listLimitsById(db, workspace_id, limit_ids),
  ])
  const now = clock.now()
  return rows.map((row) => {
    const own = schedules.filter((schedule) => schedule.deployment_id === row.id)
    const limit = limits.find((each) => each.id === row.concurrency_limit_id)
    return deploymentResponse(row, own, limit === undefined ? null : limitResponse(limit, now))
  })
}

export function scheduleResponse(row: DeploymentScheduleRow): DeploymentSchedule {
  const schedule = {
    id: row.id,
    created: row.created,
    updated: row.updated,
    deployment_id: row.deployment_id,
    schedule: row.schedule,
    active: row.active,
    max_scheduled_runs: row.max_scheduled_runs,
    parameters: row.parameters,
    slug: row.slug,
  }
  // JSON columns were validated against this very schema when they were written.
  return schedule as DeploymentSchedule
}

function deploymentResponse(
  row: NamedDeploymentRow,
  schedules: readonly DeploymentScheduleRow[],
  global_concurrency_limit: GlobalConcurrencyLimitResponse | null,
): DeploymentResponse {
  const response = {
    id: row.id,
    created: row.created,
    updated: row.updated,
    name: row.name,
    version: row.version,
    description: row.description,
    flow_id: row.flow_id,
    paused: row.paused,
    schedules: schedules.map(scheduleResponse),
    // Its size is told with the limit; clients know this field as always empty.
    concurrency_limit: null,
    global_concurrency_limit,
    concurrency_options: row.concurrency_options,
    job_variables: row.job_variables,
    parameters: row.parameters,
    tags: row.tags,
    labels: row.labels,
    work_queue_name: row.queue_name ?? row.work_queue_name,
    work_queue_id: row.work_queue_id,
    last_polled: row.last_polled,
    parameter_openapi_schema: row.parameter_openapi_schema,
    path: row.path,
    pull_steps: row.pull_steps,
    entrypoint: row.entrypoint,
    storage_document_id: row.storage_document_id,
    infrastructure_document_id: row.infrastructure_document_id,
    created_by: row.created_by,
    updated_by: row.updated_by,
    work_pool_name: row.work_pool_name,
    status: row.status,
    enforce_parameter_schema: row.enforce_parameter_schema,
  }
  // JSON columns were validated against these very schemas when they were written.
  return response as unknown as DeploymentResponse
}

function limitResponse(row: ConcurrencyLimitRow, now: Timestamp): GlobalConcurrencyLimitResponse {
  const { id, created, updated, active, name, limit, slot_decay_per_second } = row
  const active_slots = Math.floor(activeSlotsAfterDecay(row, now))
  return { id, created, updated, active, name, limit, active_slots, slot_decay_per_second }
}
