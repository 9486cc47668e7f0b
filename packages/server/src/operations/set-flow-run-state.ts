import type { Context } from '../context.ts'
import { Batcher } from '../store/batcher.ts'
import { type FlowRunOutcome, type FlowRunProposal, proposeFlowRunStates } from './flow-run-transitions.ts'

/** State changes of one server: those that arrive while a batch is being written are written together. */
export type FlowRunStateWriter = (proposal: FlowRunProposal) => Promise<FlowRunOutcome>

const MOST_PER_BATCH = 200
const BATCHES_IN_FLIGHT = 2

/** One writer per process, made where the context is made. */
export function createFlowRunStateWriter(ctx: Context): FlowRunStateWriter {
  const batcher = new Batcher<FlowRunProposal, FlowRunOutcome>({
    keyOf: (proposal) => proposal.flow_run_id,
    size: MOST_PER_BATCH,
    inFlight: BATCHES_IN_FLIGHT,
    write: (proposals) => setFlowRunStates(ctx, proposals),
  })
  return (proposal) => batcher.run(proposal)
}

/** One transaction for all of them; a run may be named once. */
export async function setFlowRunStates(
  ctx: Context,
  proposals: readonly FlowRunProposal[],
): Promise<readonly FlowRunOutcome[]> {
  const outcomes = await ctx.db.transaction(async (tx) => {
    const decided = await proposeFlowRunStates(ctx, tx, proposals, ctx.clock.now())
    await ctx.probe('set-state.before-commit', { flow_run_ids: proposals.map((proposal) => proposal.flow_run_id) })
    return decided
  })
  await ctx.probe('set-state.after-commit', { flow_run_ids: proposals.map((proposal) => proposal.flow_run_id) })
  return outcomes
}
