import type { Context } from '../context.ts'
import { proposeState } from '../domain/orchestration/proposal.ts'
import { lockExpiredPauses } from '../store/overdue-runs.ts'
import { serverCaller } from './callers.ts'
import { proposeFlowRunStates } from './flow-run-transitions.ts'

const NEVER_RESUMED = 'The flow was paused and never resumed.'

/** Fails runs whose pause is over. They are locked, so that nobody resumes one meanwhile. How many there were. */
export async function expirePauses(ctx: Context, limit: number): Promise<number> {
  return await ctx.db.transaction(async (tx) => {
    const now = ctx.clock.now()
    const runs = await lockExpiredPauses(tx, now, limit)
    const proposals = runs.map(({ id, workspace_id }) => ({
      workspace_id,
      flow_run_id: id,
      proposed: proposeState({ type: 'FAILED', message: NEVER_RESUMED }, now),
      force: true,
      caller: serverCaller,
    }))
    await proposeFlowRunStates(ctx, tx, proposals, now)
    return runs.length
  })
}
