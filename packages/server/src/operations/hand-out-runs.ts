import { addSeconds, type Timestamp } from '@slipway/contract'
import type { Context } from '../context.ts'
import { deploymentEvent } from '../events/deployment-events.ts'
import type { StateEvent } from '../events/flow-run-state-event.ts'
import { workQueueEvent } from '../events/work-pool-events.ts'
import { type ComingPeriod, listComingRunsOfDeployments, listComingRunsOfQueues } from '../store/coming-runs.ts'
import type { Queryable, Transaction } from '../store/database.ts'
import { countActiveRuns } from '../store/due-runs.ts'
import { appendEvents } from '../store/events.ts'
import type { NamedFlowRunRow } from '../store/flow-runs.ts'
import { markDeploymentsPolled, markQueuesPolled } from '../store/polling.ts'
import type { WorkPoolRow, WorkQueueRow } from '../store/rows.ts'

/** Workers poll every few seconds; a moment that is written anew only so often is exact enough for a minute's patience. */
const QUEUE_FRESH_SECONDS = 1
const DEPLOYMENT_FRESH_SECONDS = 20

export interface Request extends ComingPeriod {
  readonly limit: number
}

/**
 * The coming runs of some queues of one pool, as many as its limits allow. Nothing is reserved: another poll gets the
 * same runs until somebody moves them to PENDING.
 */
export async function handOutRuns(
  ctx: Context,
  pool: WorkPoolRow,
  queues: readonly WorkQueueRow[],
  request: Request,
): Promise<readonly NamedFlowRunRow[]> {
  return await ctx.db.transaction(async (tx) => {
    const runs = await listRuns(tx, pool, queues, request)
    // Of a push pool nobody needs to be polled, and whoever looks is a person.
    if (pool.is_push !== true) {
      const queue_ids = queues.map((queue) => queue.id)
      await markPolled(ctx, tx, { workspace_id: pool.workspace_id, queue_ids, deployment_ids: [] })
    }
    return runs
  })
}

/** The coming runs of deployments that somebody serves without a pool. */
export async function handOutRunsOfDeployments(
  ctx: Context,
  workspace_id: string,
  { deployment_ids, before, limit }: { deployment_ids: readonly string[]; before: Timestamp | null; limit: number },
): Promise<readonly NamedFlowRunRow[]> {
  return await ctx.db.transaction(async (tx) => {
    const runs = await listComingRunsOfDeployments(tx, workspace_id, deployment_ids, before, limit)
    await markPolled(ctx, tx, { workspace_id, deployment_ids, queue_ids: [] })
    return runs
  })
}

async function listRuns(
  db: Queryable,
  pool: WorkPoolRow,
  queues: readonly WorkQueueRow[],
  request: Request,
): Promise<readonly NamedFlowRunRow[]> {
  if (pool.is_paused) return []
  const open = queues.filter((queue) => !queue.is_paused)
  const isLimited = pool.concurrency_limit !== null || open.some((queue) => queue.concurrency_limit !== null)
  const counts = isLimited ? await countActiveRuns(db, [pool.id]) : []
  const active = new Map(counts.map((count) => [count.work_queue_id, count.active]))
  const total = counts.reduce((sum, count) => sum + count.active, 0)
  const limit = Math.min(request.limit, free(pool.concurrency_limit, total))
  const rooms = open.map(({ id, priority, concurrency_limit }) => ({
    work_queue_id: id,
    priority,
    room: Math.min(limit, free(concurrency_limit, active.get(id) ?? 0)),
  }))
  const withRoom = rooms.filter(({ room }) => room > 0)
  return withRoom.length === 0 ? [] : await listComingRunsOfQueues(db, withRoom, request, limit)
}

function free(limit: number | null, active: number): number {
  return limit === null ? Infinity : Math.max(0, limit - active)
}

interface Polled {
  readonly workspace_id: string
  readonly queue_ids: readonly string[]
  readonly deployment_ids: readonly string[]
}

async function markPolled(ctx: Context, tx: Transaction, polled: Polled): Promise<void> {
  const { workspace_id, queue_ids, deployment_ids } = polled
  const now = ctx.clock.now()
  const queues = await markQueuesPolled(tx, queue_ids, { now, stale: addSeconds(now, -QUEUE_FRESH_SECONDS) })
  const stale = addSeconds(now, -DEPLOYMENT_FRESH_SECONDS)
  const deployments = await markDeploymentsPolled(tx, { workspace_id, queue_ids, deployment_ids }, { now, stale })
  const fresh = () => ({ event_id: ctx.ids.uuid7(), now })
  const events: StateEvent[] = [
    ...queues
      .filter((queue) => queue.status === 'NOT_READY')
      .map(({ id, name, work_pool_id, work_pool_name, work_pool_type }) =>
        workQueueEvent(
          { id, name, work_pool: { id: work_pool_id, name: work_pool_name, type: work_pool_type } },
          'ready',
          fresh(),
        ),
      ),
    ...deployments
      .filter((deployment) => deployment.status === 'NOT_READY')
      .map((deployment) => deploymentEvent(deployment, 'ready', fresh())),
  ]
  await appendEvents(tx, workspace_id, events, now)
}
