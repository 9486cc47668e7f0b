import type { Context } from '../context.ts'
import { proposeState } from '../domain/orchestration/proposal.ts'
import { lockSlotWaiters } from '../store/slot-waiters.ts'
import { serverCaller } from './callers.ts'
import { proposeFlowRunStates } from './flow-run-transitions.ts'

/** A slot that frees is used at once: who waits for it is due now, not when its half minute is over. Returns how many. */
export async function wakeSlotWaiters(ctx: Context, limit: number): Promise<number> {
  return await ctx.db.transaction(async (tx) => {
    const now = ctx.clock.now()
    const waiters = await lockSlotWaiters(tx, now, limit)
    const proposals = waiters.map(({ id, workspace_id }) => ({
      workspace_id,
      flow_run_id: id,
      proposed: proposeState(
        { type: 'SCHEDULED', name: 'AwaitingConcurrencySlot', message: 'A slot of the deployment is free.' },
        now,
      ),
      force: true,
      caller: serverCaller,
    }))
    await proposeFlowRunStates(ctx, tx, proposals, now)
    return waiters.length
  })
}
