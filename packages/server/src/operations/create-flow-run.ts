import type { Timestamp } from '@slipway/contract'
import type { Caller, Context } from '../context.ts'
import type { ProposedState } from '../domain/orchestration/verdict.ts'
import type { Transaction } from '../store/database.ts'
import {
  findFlowRunByIdempotencyKey,
  insertFlowRuns,
  type NamedFlowRunRow,
  type NewFlowRun,
} from '../store/flow-runs.ts'
import { completeBatchFacts } from './flow-run-facts.ts'
import { decideAndApply } from './flow-run-transitions.ts'

/** A run to be, and the state that it begins with. */
export interface FlowRunDraft {
  readonly run: Omit<NewFlowRun, 'created'>
  readonly state: ProposedState
}

export type Created =
  | { readonly kind: 'created' | 'existing'; readonly row: NamedFlowRunRow }
  | { readonly kind: 'no-flow' }

/**
 * Inserts runs with their first states in the given transaction. Rules do not judge a first state; the write, its
 * history, its event and the wake-up of the dispatcher are those of every other state.
 */
export async function createFlowRuns(
  ctx: Context,
  tx: Transaction,
  drafts: readonly FlowRunDraft[],
  caller: Caller,
  now: Timestamp,
): Promise<readonly Created[]> {
  const inserted = await insertFlowRuns(
    tx,
    drafts.map((draft) => ({ ...draft.run, created: now })),
  )
  // Nobody else sees these rows yet: they are as good as locked.
  const batch = await completeBatchFacts(tx, inserted, [], now)
  const fresh = drafts.filter((draft) => batch.runs.has(draft.run.id))
  const proposals = fresh.map(({ run, state }) => ({
    workspace_id: run.workspace_id,
    flow_run_id: run.id,
    proposed: state,
    force: true,
    caller,
  }))
  const outcomes = await decideAndApply(ctx, tx, batch, proposals, now)
  const rows = new Map(
    outcomes.flatMap((outcome) => (outcome.kind === 'decided' ? [[outcome.after.id, outcome.after] as const] : [])),
  )
  const results: Created[] = []
  for (const { run } of drafts) {
    const row = rows.get(run.id)
    results.push(row === undefined ? await existing(tx, run) : { kind: 'created', row })
  }
  return results
}

async function existing(tx: Transaction, run: FlowRunDraft['run']): Promise<Created> {
  if (run.idempotency_key === null) return { kind: 'no-flow' }
  const row = await findFlowRunByIdempotencyKey(tx, run.workspace_id, run.flow_id, run.idempotency_key)
  return row === null ? { kind: 'no-flow' } : { kind: 'existing', row }
}
