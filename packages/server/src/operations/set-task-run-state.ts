import type { Context } from '../context.ts'
import { proposeTaskRunState, type TaskRunOutcome, type TaskRunProposal } from './task-run-transitions.ts'

export async function setTaskRunState(ctx: Context, proposal: TaskRunProposal): Promise<TaskRunOutcome> {
  return await ctx.db.transaction((tx) => proposeTaskRunState(ctx, tx, proposal, ctx.clock.now()))
}
