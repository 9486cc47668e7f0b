import type { Context } from '../context.ts'
import { Batcher } from '../store/batcher.ts'
import { listFlowRunsById, type NamedFlowRunRow } from '../store/flow-runs.ts'
import { serverCaller } from './callers.ts'
import { createFlowRuns, type FlowRunDraft } from './create-flow-run.ts'

export type WrittenDraft =
  | { readonly kind: 'created' | 'existing'; readonly row: NamedFlowRunRow }
  | { readonly kind: 'no-flow' }

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

/** One transaction for all of them; each is read back as it is now. */
export async function writeDrafts(ctx: Context, drafts: readonly FlowRunDraft[]): Promise<readonly WrittenDraft[]> {
  return await ctx.db.transaction(async (tx) => {
    const created = await createFlowRuns(ctx, tx, drafts, serverCaller, ctx.clock.now())
    const ids = created.flatMap((each) => (each.kind === 'no-flow' ? [] : [each.id]))
    const rows = new Map((await listFlowRunsById(tx, ids)).map((row) => [row.id, row]))
    return created.map((each): WrittenDraft => {
      const row = each.kind === 'no-flow' ? undefined : rows.get(each.id)
      return each.kind === 'no-flow' || row === undefined ? { kind: 'no-flow' } : { kind: each.kind, row }
    })
  })
}
