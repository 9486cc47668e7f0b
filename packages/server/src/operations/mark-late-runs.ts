import { addSeconds } from '@slipway/contract'
import type { Context } from '../context.ts'
import { proposeState } from '../domain/orchestration/proposal.ts'
import { lockLateRuns } from '../store/overdue-runs.ts'
import { serverCaller } from './callers.ts'
import { proposeFlowRunStates } from './flow-run-transitions.ts'

/** Tells people that runs wait longer than they should; they stay as due as they were. How many there were. */
export async function markLateRuns(ctx: Context, limit: number): Promise<number> {
  return await ctx.db.transaction(async (tx) => {
    const now = ctx.clock.now()
    const runs = await lockLateRuns(tx, addSeconds(now, -ctx.config.late_after_seconds), limit)
    const proposals = runs.map(({ id, workspace_id, next_scheduled_start_time: scheduled_time }) => ({
      workspace_id,
      flow_run_id: id,
      proposed: proposeState({ type: 'SCHEDULED', name: 'Late', state_details: { scheduled_time } }, now),
      late: true,
      force: false,
      caller: serverCaller,
    }))
    await proposeFlowRunStates(ctx, tx, proposals, now)
    return runs.length
  })
}
