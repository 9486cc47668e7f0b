import type { Context } from '../context.ts'
import { Batcher } from '../store/batcher.ts'
import { serverCaller } from './callers.ts'
import { createFlowRuns, type Created, type FlowRunDraft } from './create-flow-run.ts'

export type WrittenDraft = Created

/** Drafts of one server: those that arrive while a batch is being written are written together. */
export type DraftWriter = (draft: FlowRunDraft) => Promise<WrittenDraft>

const MOST_PER_BATCH = 200
const BATCHES_IN_FLIGHT = 2

export function createDraftWriter(ctx: Context): DraftWriter {
  const batcher = new Batcher<FlowRunDraft, WrittenDraft>({
    keyOf: ({ run }) => (run.idempotency_key === null ? run.id : `${run.flow_id} ${run.idempotency_key}`),
    size: MOST_PER_BATCH,
    inFlight: BATCHES_IN_FLIGHT,
    write: (drafts) => writeDrafts(ctx, drafts),
  })
  return (draft) => batcher.run(draft)
}

/** One transaction for all of them. */
export async function writeDrafts(ctx: Context, drafts: readonly FlowRunDraft[]): Promise<readonly WrittenDraft[]> {
  return await ctx.db.transaction((tx) => createFlowRuns(ctx, tx, drafts, serverCaller, ctx.clock.now()))
}
