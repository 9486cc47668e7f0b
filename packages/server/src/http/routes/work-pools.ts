import { operations } from '@slipway/contract'
import type { FastifyInstance } from 'fastify'
import { isLoopbackHost, isLoopbackUrl } from '../../config.ts'
import type { EdgeContext } from '../../context.ts'
import { problem } from '../../errors.ts'
import { changeWorkPool, removeWorkPool, workPoolNotFound } from '../../operations/change-work-pool.ts'
import { createWorkPool } from '../../operations/create-work-pool.ts'
import { handOutRuns } from '../../operations/hand-out-runs.ts'
import { recordHeartbeat } from '../../operations/record-heartbeat.ts'
import { listSlotHolders } from '../../store/coming-runs.ts'
import { countActiveRuns } from '../../store/due-runs.ts'
import type { WorkPoolRow, WorkQueueRow } from '../../store/rows.ts'
import { deleteWorker, listWorkers } from '../../store/workers.ts'
import { countWorkPools, findWorkPool, listWorkPools } from '../../store/work-pools.ts'
import {
  countActiveRunsOfQueues,
  countQueuesOfPool,
  listQueuesOfPool,
  listWorkQueues,
} from '../../store/work-queues.ts'
import { mount, reply } from '../mount.ts'
import { offsetOf, pageOf } from '../paging.ts'
import { flowRunResponse } from './flow-run-response.ts'
import { getWorkPool, workPoolQueueNotFound } from './named-work-pool.ts'
import { slotSummary, workerResponse, workPoolResponse } from './work-pool-response.ts'

export function mountWorkPoolRoutes(app: FastifyInstance, ctx: EdgeContext): void {
  mountPools(app, ctx)
  mountRunsOfPools(app, ctx)
  mountWorkers(app, ctx)
}

function mountPools(app: FastifyInstance, ctx: EdgeContext): void {
  mount(app, operations.createWorkPool, async ({ body, workspace_id }) => {
    const warning = apiWarning(ctx, body.type)
    const is_served = ctx.providers.describe(body.type) !== null
    const pool = await createWorkPool(ctx, { workspace_id, body, is_served, warning })
    return reply(201, workPoolResponse(pool, 0), warning === null ? {} : { 'slipway-warning': warning })
  })
  mount(app, operations.readWorkPool, async ({ params, workspace_id }) => {
    const [pool] = await withSlots(ctx, [await getWorkPool(ctx, workspace_id, params.name)])
    if (pool === undefined) throw workPoolNotFound(params.name)
    return pool
  })
  mount(app, operations.readWorkPools, async ({ body, workspace_id }) =>
    withSlots(ctx, await listWorkPools(ctx.db, workspace_id, { ...body, filter: body.work_pools })),
  )
  mount(app, operations.countWorkPools, ({ body, workspace_id }) =>
    countWorkPools(ctx.db, workspace_id, body.work_pools),
  )
  mount(app, operations.updateWorkPool, ({ params, body, workspace_id }) =>
    changeWorkPool(ctx, workspace_id, params.name, body),
  )
  mount(app, operations.deleteWorkPool, ({ params, workspace_id }) => removeWorkPool(ctx, workspace_id, params.name))
}

function mountRunsOfPools(app: FastifyInstance, ctx: EdgeContext): void {
  mount(app, operations.getScheduledFlowRuns, async ({ params, body, workspace_id }) => {
    const pool = await getWorkPool(ctx, workspace_id, params.name)
    const { limit, scheduled_before: before = null, scheduled_after: after = null } = body
    const queues = namedQueues(await listQueuesOfPool(ctx.db, pool.id), pool.name, body.work_queue_names)
    const rows = await handOutRuns(ctx, pool, queues, { limit, before, after })
    return rows.map((row) => {
      const { state: _, ...flow_run } = flowRunResponse(row, ctx.clock.now())
      // States are not told here: their data can be large, and a worker needs the names only.
      return { work_pool_id: pool.id, work_queue_id: row.work_queue_id ?? '', flow_run: { ...flow_run, state: null } }
    })
  })
  mount(app, operations.readWorkPoolConcurrencyStatus, async ({ params, body, workspace_id }) => {
    const pool = await findWorkPool(ctx.db, workspace_id, params.name)
    if (pool === null) throw problem(404, `Work pool '${params.name}' not found.`)
    return await concurrencyStatus(ctx, pool, body)
  })
}

function mountWorkers(app: FastifyInstance, ctx: EdgeContext): void {
  mount(app, operations.workerHeartbeat, ({ params, body, workspace_id }) => {
    const { name, heartbeat_interval_seconds = null } = body
    return recordHeartbeat(ctx, { ...params, workspace_id, name, heartbeat_interval_seconds })
  })
  mount(app, operations.readWorkers, async ({ params, body, workspace_id }) => {
    const pool = await getWorkPool(ctx, workspace_id, params.work_pool_name)
    const rows = await listWorkers(ctx.db, { ...body, work_pool_id: pool.id, filter: body.workers })
    return rows.map(workerResponse)
  })
  mount(app, operations.deleteWorker, async ({ params, workspace_id }) => {
    const pool = await getWorkPool(ctx, workspace_id, params.work_pool_name)
    const gone = await ctx.db.transaction((tx) => deleteWorker(tx, pool.id, params.name))
    if (!gone) throw problem(404, 'Worker not found.')
  })
}

async function withSlots(ctx: EdgeContext, pools: readonly WorkPoolRow[]) {
  const limited = pools.filter((pool) => pool.concurrency_limit !== null).map((pool) => pool.id)
  const counts = limited.length === 0 ? [] : await countActiveRuns(ctx.db, limited)
  return pools.map((pool) => {
    const own = counts.filter((count) => count.work_pool_id === pool.id)
    return workPoolResponse(
      pool,
      own.reduce((sum, count) => sum + count.active, 0),
    )
  })
}

/** All queues, or those with these names, each of which has to be there. */
function namedQueues(
  queues: readonly WorkQueueRow[],
  work_pool_name: string,
  names: readonly string[] | undefined,
): readonly WorkQueueRow[] {
  if (names === undefined || names.length === 0) return queues
  return [...new Set(names)].map((name) => {
    const queue = queues.find((each) => each.name === name)
    if (queue === undefined) throw workPoolQueueNotFound({ work_pool_name, name })
    return queue
  })
}

interface StatusRequest {
  readonly page: number
  readonly limit: number
  readonly flow_run_limit: number
}

async function concurrencyStatus(ctx: EdgeContext, pool: WorkPoolRow, request: StatusRequest) {
  const { limit, flow_run_limit } = request
  const selection = { work_pool_id: pool.id, filter: null, limit, offset: offsetOf(request) }
  const queues = await listWorkQueues(ctx.db, pool.workspace_id, selection)
  const ids = queues.map((queue) => queue.id)
  const [count, total, counts, holders] = await Promise.all([
    countQueuesOfPool(ctx.db, pool.id),
    countActiveRuns(ctx.db, [pool.id]),
    countActiveRunsOfQueues(ctx.db, ids),
    listSlotHolders(ctx.db, ids, { limit: flow_run_limit, offset: 0 }),
  ])
  const active = new Map(counts.map((each) => [each.work_queue_id, each.active]))
  const now = ctx.clock.now()
  const details = queues.map(({ id, name, concurrency_limit }) => ({
    queue_id: id,
    queue_name: name,
    active_slots: active.get(id) ?? 0,
    concurrency_limit,
    flow_runs: holders.filter((run) => run.work_queue_id === id).map((run) => slotSummary(run, now)),
    flow_run_count: active.get(id) ?? 0,
  }))
  const { results, ...page } = pageOf(details, count, request)
  return {
    ...page,
    queues: results,
    active_slots: total.reduce((sum, each) => sum + each.active, 0),
    concurrency_limit: pool.concurrency_limit,
  }
}

/** Why containers of a push pool will not reach this API; null when they will, as far as can be known. */
function apiWarning({ apiUrlFor, config, providers }: EdgeContext, pool_type: string): string | null {
  if (!pool_type.endsWith(':push') || providers.describe(pool_type) === null) return null
  const api = apiUrlFor(pool_type)
  if ('waiting' in api) return api.waiting
  const { gcp_run_endpoint } = config
  const isEmulated = gcp_run_endpoint !== null && isLoopbackHost(new URL(gcp_run_endpoint).hostname)
  if (isEmulated || !isLoopbackUrl(api.url)) return null
  return `Containers in the cloud cannot reach ${api.url}. Set SLIPWAY_PUBLIC_API_URL to an address that they can reach, for example https://slipway.example.com/api, and restart the server.`
}
