import type { Timestamp } from '@slipway/contract'
import type { Caller, Context } from '../context.ts'
import type { ProposedState, State } from '../domain/orchestration/verdict.ts'
import type { Transaction } from '../store/database.ts'
import { findFlowRunByIdempotencyKey, insertFlowRuns, type NewFlowRun } from '../store/flow-runs.ts'
import { proposeFlowRunStates } from './flow-run-transitions.ts'

/** A run to be, and the state that it begins with. */
export interface FlowRunDraft {
  readonly run: Omit<NewFlowRun, 'created'>
  readonly state: ProposedState
}

export type Created =
  | { readonly kind: 'created'; readonly id: string; readonly state: State | null }
  | { readonly kind: 'existing'; readonly id: string }
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
  const inserted = new Set(
    await insertFlowRuns(
      tx,
      drafts.map((draft) => ({ ...draft.run, created: now })),
    ),
  )
  const fresh = drafts.filter((draft) => inserted.has(draft.run.id))
  const outcomes = await proposeFlowRunStates(
    ctx,
    tx,
    fresh.map((draft) => ({
      workspace_id: draft.run.workspace_id,
      flow_run_id: draft.run.id,
      proposed: draft.state,
      force: true,
      caller,
    })),
    now,
  )
  const states = new Map(fresh.map((draft, index) => [draft.run.id, outcomes[index]]))
  const results: Created[] = []
  for (const { run } of drafts) {
    const outcome = states.get(run.id)
    if (outcome !== undefined) {
      results.push({ kind: 'created', id: run.id, state: outcome.kind === 'decided' ? outcome.state : null })
      continue
    }
    const existing =
      run.idempotency_key === null
        ? null
        : await findFlowRunByIdempotencyKey(tx, run.workspace_id, run.flow_id, run.idempotency_key)
    results.push(existing === null ? { kind: 'no-flow' } : { kind: 'existing', id: existing.id })
  }
  return results
}
