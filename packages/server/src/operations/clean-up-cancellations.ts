import { addSeconds, type Timestamp } from '@slipway/contract'
import type { Context } from '../context.ts'
import { proposeState } from '../domain/orchestration/proposal.ts'
import {
  listSubflowsOfCancelledRuns,
  listTasksOfCancelledRuns,
  lockStuckCancellations,
} from '../store/cancelled-children.ts'
import { serverCaller } from './callers.ts'
import { proposeFlowRunStates } from './flow-run-transitions.ts'
import { proposeTaskRunState } from './task-run-transitions.ts'

const PARENT_CANCELLED = 'The parent flow run was cancelled.'

/**
 * Ends what a cancelled run has begun: its tasks, and the runs below it. A run below that has a deployment has a process of
 * its own, which is asked to stop. How many there were.
 */
export async function cancelChildren(ctx: Context, cancelled_after: Timestamp, limit: number): Promise<number> {
  const subflows = await ctx.db.transaction(async (tx) => {
    const now = ctx.clock.now()
    const children = await listSubflowsOfCancelledRuns(tx, { cancelled_after, limit })
    const proposals = children.map(({ id, workspace_id, has_deployment }) => {
      const type = has_deployment ? 'CANCELLING' : 'CANCELLED'
      const proposed = proposeState({ type, message: PARENT_CANCELLED }, now)
      return { workspace_id, flow_run_id: id, proposed, force: false, caller: serverCaller }
    })
    // The rules look again, under the lock: a run that has ended meanwhile stays as it is.
    const outcomes = await proposeFlowRunStates(ctx, tx, proposals, now)
    return outcomes.filter((outcome) => outcome.kind === 'decided' && outcome.written).length
  })
  const tasks = await ctx.db.transaction(async (tx) => {
    const now = ctx.clock.now()
    const children = await listTasksOfCancelledRuns(tx, { cancelled_after, limit })
    for (const { id, workspace_id } of children) {
      const proposed = proposeState({ type: 'CANCELLED', message: PARENT_CANCELLED }, now)
      await proposeTaskRunState(ctx, tx, { workspace_id, task_run_id: id, proposed, force: true }, now)
    }
    return children.length
  })
  return Math.max(subflows, tasks)
}

/** Ends runs that nobody stopped in time and that have no container which the server could stop. */
export async function endStuckCancellations(ctx: Context, limit: number): Promise<number> {
  return await ctx.db.transaction(async (tx) => {
    const now = ctx.clock.now()
    const runs = await lockStuckCancellations(tx, addSeconds(now, -ctx.config.cancelling_timeout_seconds), limit)
    const message = 'Flow run cancellation timed out; marked this flow run as Cancelled.'
    const proposals = runs.map(({ id, workspace_id }) => ({
      workspace_id,
      flow_run_id: id,
      proposed: proposeState({ type: 'CANCELLED', message }, now),
      force: false,
      caller: serverCaller,
    }))
    await proposeFlowRunStates(ctx, tx, proposals, now)
    return runs.length
  })
}
