import { addSeconds, type Timestamp } from '@slipway/contract'
import type { Context } from '../context.ts'
import { deploymentEvent } from '../events/deployment-events.ts'
import type { StateEvent } from '../events/flow-run-state-event.ts'
import { statusHappening, workPoolEvent, workQueueEvent } from '../events/work-pool-events.ts'
import type { Transaction } from '../store/database.ts'
import { appendEvents } from '../store/events.ts'
import type { PolledQueue } from '../store/polling.ts'
import {
  alignPushDeployments,
  alignPushQueues,
  markPoolsWithoutWorkers,
  markSilentWorkers,
  markUnpolledDeployments,
  markUnpolledQueues,
} from '../store/stale-readiness.ts'
import { POLLED_WITHIN_SECONDS } from './change-work-queue.ts'

type Told = { readonly workspace_id: string; readonly event: StateEvent }

/** Whoever is silent for too long is no longer ready. True when there may be more to mark. */
export async function watchReadiness(ctx: Context, limit: number): Promise<boolean> {
  return await ctx.db.transaction(async (tx) => {
    const now = ctx.clock.now()
    const fresh = () => ({ event_id: ctx.ids.uuid7(), now })
    const polled_before = addSeconds(now, -POLLED_WITHIN_SECONDS)
    await markSilentWorkers(tx, now)
    const pools = await markPoolsWithoutWorkers(tx, now, limit)
    const queues = [
      ...(await markUnpolledQueues(tx, polled_before, limit)).map((queue) => ({ ...queue, wanted: 'NOT_READY' })),
      ...(await alignPushQueues(tx, limit)),
    ]
    const deployments = [
      ...(await markUnpolledDeployments(tx, polled_before, limit)).map((row) => ({ ...row, wanted: 'NOT_READY' })),
      ...(await alignPushDeployments(tx, limit)),
    ]
    const told: Told[] = [
      ...pools.map((pool) => ({
        workspace_id: pool.workspace_id,
        event: workPoolEvent(pool, 'not-ready', fresh()),
      })),
      ...queues.map((queue) => ({
        workspace_id: queue.workspace_id,
        event: workQueueEvent(subjectOf(queue), statusHappening(queue.wanted), fresh()),
      })),
      ...deployments.map((deployment) => ({
        workspace_id: deployment.workspace_id,
        event: deploymentEvent(deployment, statusHappening(deployment.wanted), fresh()),
      })),
    ]
    await tellAll(tx, told, now)
    return [pools, queues, deployments].some((marked) => marked.length >= limit)
  })
}

function subjectOf({ id, name, work_pool_id, work_pool_name, work_pool_type }: PolledQueue) {
  return { id, name, work_pool: { id: work_pool_id, name: work_pool_name, type: work_pool_type } }
}

async function tellAll(tx: Transaction, told: readonly Told[], now: Timestamp): Promise<void> {
  const workspaces = new Set(told.map(({ workspace_id }) => workspace_id))
  for (const workspace_id of workspaces) {
    const events = told.filter((each) => each.workspace_id === workspace_id).map(({ event }) => event)
    await appendEvents(tx, workspace_id, events, now)
  }
}
