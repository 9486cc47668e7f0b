import { addSeconds, operations } from '@slipway/contract'
import type { FastifyInstance } from 'fastify'
import type { EdgeContext } from '../../context.ts'
import { problem, SlipwayError } from '../../errors.ts'
import { changeWorkQueue, POLLED_WITHIN_SECONDS } from '../../operations/change-work-queue.ts'
import { AGENT_POOL } from '../../operations/create-work-pool.ts'
import { createWorkQueue, removeWorkQueue } from '../../operations/edit-work-queues.ts'
import { handOutRuns } from '../../operations/hand-out-runs.ts'
import { countLateRuns, listSlotHolders } from '../../store/coming-runs.ts'
import { findWorkPool } from '../../store/work-pools.ts'
import {
  countActiveRunsOfQueues,
  findWorkQueue,
  findWorkQueueByName,
  listWorkQueues,
  type NamedWorkQueueRow,
} from '../../store/work-queues.ts'
import { mount } from '../mount.ts'
import { offsetOf, pageOf } from '../paging.ts'
import { flowRunResponse } from './flow-run-response.ts'
import { slotSummary, workQueueResponse } from './work-pool-response.ts'
import { queuesWithSlots, queueWithSlots } from './work-pool-queues.ts'

/** The older family of routes: queues by id, and without a pool's name. */
export function mountWorkQueueRoutes(app: FastifyInstance, ctx: EdgeContext): void {
  mountQueues(app, ctx)
  mountQueueState(app, ctx)
}

function mountQueues(app: FastifyInstance, ctx: EdgeContext): void {
  mount(app, operations.createWorkQueue, async ({ body, workspace_id }) =>
    workQueueResponse(await createWorkQueue(ctx, workspace_id, null, body), 0),
  )
  mount(app, operations.readWorkQueue, async ({ params, workspace_id }) => {
    const queue = await findWorkQueue(ctx.db, workspace_id, params.id)
    return await queueWithSlots(ctx, existing(queue, 'work queue not found'))
  })
  mount(app, operations.readWorkQueueByName, async ({ params, workspace_id }) => {
    const key = { work_pool_name: AGENT_POOL, name: params.name }
    const queue = await findWorkQueueByName(ctx.db, workspace_id, key)
    return await queueWithSlots(ctx, existing(queue, 'work queue not found'))
  })
  mount(app, operations.readWorkQueues, async ({ body, workspace_id }) => {
    const selection = { ...body, work_pool_id: null, filter: body.work_queues }
    return await queuesWithSlots(ctx, await listWorkQueues(ctx.db, workspace_id, selection))
  })
  mount(app, operations.updateWorkQueue, async ({ params, body, workspace_id }) => {
    const missing = `Work Queue ${params.id} not found`
    const queue = existing(await findWorkQueue(ctx.db, workspace_id, params.id), missing)
    // As on a stock server, a priority given here may be shared by two queues.
    if (!(await changeWorkQueue(ctx, queue, body, { makes_room: false }))) throw problem(404, missing)
  })
  mount(app, operations.deleteWorkQueue, async ({ params, workspace_id }) => {
    const queue = await findWorkQueue(ctx.db, workspace_id, params.id)
    await removeWorkQueue(ctx, existing(queue, 'work queue not found'))
  })
}

function mountQueueState(app: FastifyInstance, ctx: EdgeContext): void {
  mount(app, operations.readWorkQueueRuns, async ({ params, body, workspace_id }) => {
    const queue = known(await findWorkQueue(ctx.db, workspace_id, params.id), `${params.id} not found.`)
    const pool = await findWorkPool(ctx.db, workspace_id, queue.work_pool_name)
    const { limit, scheduled_before: before = null } = body
    const rows = pool === null ? [] : await handOutRuns(ctx, pool, [queue], { limit, before, after: null })
    return rows.map((row) => flowRunResponse(row, ctx.clock.now()))
  })
  mount(app, operations.readWorkQueueStatus, async ({ params, workspace_id }) => {
    const queue = known(await findWorkQueue(ctx.db, workspace_id, params.id), `${params.id} not found`)
    const late_runs_count = await countLateRuns(ctx.db, queue.id)
    const recently = addSeconds(ctx.clock.now(), -POLLED_WITHIN_SECONDS)
    // Nobody polls the queues of a push pool.
    const isServed = queue.is_push || (queue.last_polled !== null && queue.last_polled > recently)
    return {
      healthy: late_runs_count === 0 && isServed,
      late_runs_count,
      last_polled: queue.last_polled,
      health_check_policy: { maximum_late_runs: 0, maximum_seconds_since_last_polled: POLLED_WITHIN_SECONDS },
    }
  })
  mount(app, operations.readWorkQueueConcurrencyStatus, async ({ params, body, workspace_id }) => {
    const queue = existing(await findWorkQueue(ctx.db, workspace_id, params.id), 'Work queue not found.')
    return await concurrencyStatus(ctx, queue, body)
  })
}

async function concurrencyStatus(ctx: EdgeContext, queue: NamedWorkQueueRow, request: { page: number; limit: number }) {
  const [counts, holders] = await Promise.all([
    countActiveRunsOfQueues(ctx.db, [queue.id]),
    listSlotHolders(ctx.db, [queue.id], { limit: request.limit, offset: offsetOf(request) }),
  ])
  const now = ctx.clock.now()
  const active = counts[0]?.active ?? 0
  const runs = holders.map((run) => slotSummary(run, now))
  const { results, ...page } = pageOf(runs, active, request)
  return { ...page, flow_runs: results, active_slots: active, concurrency_limit: queue.concurrency_limit }
}

function existing(queue: NamedWorkQueueRow | null, missing: string): NamedWorkQueueRow {
  if (queue === null) throw problem(404, missing)
  return queue
}

/** Prefect's clients get these absences under another key. */
function known(queue: NamedWorkQueueRow | null, missing: string): NamedWorkQueueRow {
  if (queue === null) throw new SlipwayError(404, { exception_message: `Work queue with id ${missing}` })
  return queue
}
