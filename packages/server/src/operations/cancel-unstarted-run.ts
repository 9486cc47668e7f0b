import type { Context } from '../context.ts'
import { proposeState } from '../domain/orchestration/proposal.ts'
import { finishSubmission, type WatchedSubmission } from '../store/watched-submissions.ts'
import { serverCaller } from './callers.ts'
import { proposeFlowRunStates } from './flow-run-transitions.ts'

/** The cloud took the stop (or nothing was ever sent): the run is Cancelled, and its attempt can start nothing any more. */
export async function cancelUnstartedRun(ctx: Context, watched: WatchedSubmission): Promise<void> {
  const message =
    watched.started_at === null
      ? 'Flow run was cancelled before its container started.'
      : 'Flow run did not stop in time; its execution was stopped in the cloud.'
  await ctx.db.transaction(async (tx) => {
    const now = ctx.clock.now()
    await proposeFlowRunStates(
      ctx,
      tx,
      [
        {
          workspace_id: watched.workspace_id,
          flow_run_id: watched.flow_run_id,
          proposed: proposeState({ type: 'CANCELLED', message }, now),
          force: false,
          caller: serverCaller,
        },
      ],
      now,
    )
    await finishSubmission(tx, watched.id, 'void', now)
  })
}
