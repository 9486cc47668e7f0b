import {
  addSeconds,
  type CountByState,
  operations,
  secondsBetween,
  type SimpleFlowRun,
  type Timestamp,
} from '@slipway/contract'
import type { FastifyInstance } from 'fastify'
import type { EdgeContext } from '../../context.ts'
import { estimatedRunTime, estimatedStartTimeDelta } from '../../domain/lateness.ts'
import { STATE_TYPES } from '../../domain/orchestration/verdict.ts'
import { problem } from '../../errors.ts'
import { checkValues } from '../../operations/check-values.ts'
import { type FlowRunTimes, listFlowRunTimes } from '../../store/flow-run-lists.ts'
import {
  countDeploymentsOfFlows,
  countTaskRunsByState,
  countTaskRunsByTime,
  countTaskRunsOfFlowRuns,
  findTaskRunWithFlowRunName,
  listNextRunsOfFlows,
} from '../../store/screens.ts'
import { mount } from '../mount.ts'
import { taskRunView } from './task-run-response.ts'
import { taskNotFound } from './task-runs.ts'

/** The dashboard draws so many bars. */
const BUCKETS = 20

/** What only screens ask for. */
export function mountScreenRoutes(app: FastifyInstance, ctx: EdgeContext): void {
  mount(app, operations.countDeploymentsByFlow, async ({ body, workspace_id }) =>
    byId(body.flow_ids, await countDeploymentsOfFlows(ctx.db, workspace_id, body.flow_ids)),
  )
  mount(app, operations.nextRunsByFlow, async ({ body, workspace_id }) => {
    const rows = await listNextRunsOfFlows(ctx.db, workspace_id, body.flow_ids)
    const next = new Map(rows.map((row) => [row.flow_id, row]))
    return Object.fromEntries(body.flow_ids.map((id) => [id, next.get(id) ?? null]))
  })
  mount(app, operations.readFlowRunHistory, async ({ body, workspace_id }) => {
    const rows = await listFlowRunTimes(ctx.db, workspace_id, { ...body, filters: body })
    const now = ctx.clock.now()
    return rows.flatMap((row) => simpleFlowRun(row, now) ?? [])
  })
  mount(app, operations.countTaskRunsByFlowRun, async ({ body, workspace_id }) =>
    byId(body.flow_run_ids, await countTaskRunsOfFlowRuns(ctx.db, workspace_id, body.flow_run_ids)),
  )
  mount(app, operations.readTaskRunCountsByState, async ({ body, workspace_id }) => {
    const counts = await countTaskRunsByState(ctx.db, workspace_id, body)
    const of = new Map(counts.map(({ state_type, count }) => [state_type, count]))
    return Object.fromEntries(STATE_TYPES.map((type) => [type, of.get(type) ?? 0])) as CountByState
  })
  mount(app, operations.readDashboardTaskRunCounts, async ({ body, workspace_id }) => {
    const { after_ = null, before_ = null } = body.task_runs.start_time ?? {}
    if (after_ === null) throw problem(422, 'task_runs.start_time.after_ is required')
    const start = startOfMinute(after_)
    const bucket_seconds = secondsBetween(start, endOfMinute(before_ ?? ctx.clock.now())) / BUCKETS
    if (bucket_seconds <= 0) return emptyBuckets()
    // Only finished task runs are counted, whatever states are asked for.
    const filters = {
      ...body,
      task_runs: { ...body.task_runs, state: null },
      work_pool_queues: body.work_queues ?? null,
    }
    const counts = await countTaskRunsByTime(ctx.db, workspace_id, { start, bucket_seconds, filters })
    const of = new Map(counts.map(({ bucket, completed, failed }) => [bucket, { completed, failed }]))
    return emptyBuckets().map((none, bucket) => of.get(bucket) ?? none)
  })
  mount(app, operations.validateObject, async ({ body, workspace_id }) => {
    const errors = await checkValues(ctx.db, workspace_id, body)
    return { errors, valid: errors.length === 0 }
  })
  mount(app, operations.readUiTaskRun, async ({ params, workspace_id }) => {
    const row = await findTaskRunWithFlowRunName(ctx.db, workspace_id, params.id)
    if (row === null) throw taskNotFound()
    return { ...taskRunView(row, ctx.clock.now()), flow_run_name: row.flow_run_name }
  })
}

function byId(
  ids: readonly string[],
  counts: readonly { readonly id: string; readonly count: number }[],
): Record<string, number> {
  const of = new Map(counts.map(({ id, count }) => [id, count]))
  return Object.fromEntries(ids.map((id) => [id, of.get(id) ?? 0]))
}

/** Null for a run that has no state or no time yet. */
function simpleFlowRun(row: FlowRunTimes, now: Timestamp): SimpleFlowRun | null {
  const timestamp = row.start_time ?? row.expected_start_time
  if (row.state_type === null || timestamp === null) return null
  const duration = estimatedRunTime(row, now)
  return { id: row.id, state_type: row.state_type, timestamp, duration, lateness: estimatedStartTimeDelta(row, now) }
}

function emptyBuckets() {
  return Array.from({ length: BUCKETS }, () => ({ completed: 0, failed: 0 }))
}

function startOfMinute(moment: Timestamp): Timestamp {
  return `${moment.slice(0, 17)}00.000000Z`
}

function endOfMinute(moment: Timestamp): Timestamp {
  return addSeconds(startOfMinute(moment), 59.999_999)
}
