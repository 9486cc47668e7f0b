import { addSeconds, type Timestamp } from '@slipway/contract'
import type { Caller, Context } from '../context.ts'
import { decideFlowRun, decideLateFlowRun } from '../domain/orchestration/decide.ts'
import { storedState } from '../domain/orchestration/proposal.ts'
import {
  isOccupying,
  isTerminal,
  type FlowRunDecision,
  type FlowRunFields,
  type ProposedState,
  type State,
  type Verdict,
} from '../domain/orchestration/verdict.ts'
import { type FlowRunSurroundings, flowRunStateEvent } from '../events/flow-run-state-event.ts'
import type { Transaction } from '../store/database.ts'
import { appendEvents, notifyDue, type WireEvent } from '../store/events.ts'
import {
  applyTransitions,
  type FlowRunTransition,
  type LockedFlowRunRow,
  updateFlowRunPolicy,
} from '../store/flow-runs.ts'
import { expireSubmissionCredentials } from '../store/submissions.ts'
import { applyFlowRunEffects } from './flow-run-effects.ts'
import { keepResults } from './keep-results.ts'
import { asJson, type BatchFacts, flowRunFacts, gatherBatchFacts, stateOf } from './flow-run-facts.ts'

/** Somebody wants a run to be in another state. */
export interface FlowRunProposal {
  readonly workspace_id: string
  readonly flow_run_id: string
  readonly proposed: ProposedState
  readonly force: boolean
  readonly caller: Caller
  /** Only "Late" is wanted: most rules do not speak about it. */
  readonly late?: boolean
  /** Set together with the state, when one is written. */
  readonly infrastructure_pid?: string
}

export type FlowRunOutcome =
  | { readonly kind: 'not-found' }
  | {
      readonly kind: 'decided'
      readonly verdict: Verdict
      /** The run's state from now on, written or not. */
      readonly state: State | null
      readonly written: boolean
      /** As it was before. */
      readonly run: LockedFlowRunRow
      /** As it is now. */
      readonly after: LockedFlowRunRow
    }

/** Decides about any number of runs in one transaction: one read, pure decisions, one write. Outcomes in the order given. */
export async function proposeFlowRunStates(
  ctx: Context,
  tx: Transaction,
  proposals: readonly FlowRunProposal[],
  now: Timestamp,
): Promise<readonly FlowRunOutcome[]> {
  const ids = [...new Set(proposals.map((proposal) => proposal.flow_run_id))].sort()
  const submission_ids = proposals.flatMap((proposal) => proposal.caller.run?.submission_id ?? [])
  const batch = await gatherBatchFacts(tx, ids, submission_ids, now)
  return await decideAndApply(ctx, tx, batch, proposals, now)
}

/** The same for runs whose facts were gathered under lock before. A run may be named once. */
export async function decideAndApply(
  ctx: Context,
  tx: Transaction,
  batch: BatchFacts,
  proposals: readonly FlowRunProposal[],
  now: Timestamp,
): Promise<readonly FlowRunOutcome[]> {
  const decided = new Map<FlowRunProposal, Decided>()
  for (const proposal of proposals) {
    const row = batch.runs.get(proposal.flow_run_id)
    if (row === undefined || row.workspace_id !== proposal.workspace_id) continue
    const facts = flowRunFacts(ctx, batch, row, proposal.caller, now)
    const decision =
      proposal.late === true
        ? decideLateFlowRun(facts, proposal.proposed)
        : decideFlowRun(facts, proposal.proposed, { force: proposal.force })
    takeSlots(batch, decision)
    decided.set(proposal, { proposal, row, decision })
  }
  const after = await apply(ctx, tx, [...decided.values()], now)
  return proposals.map((proposal) => {
    const found = decided.get(proposal)
    return found === undefined ? { kind: 'not-found' } : outcomeOf(found, after)
  })
}

function outcomeOf({ row, decision }: Decided, after: ReadonlyMap<string, LockedFlowRunRow>): FlowRunOutcome {
  return {
    kind: 'decided',
    verdict: decision.verdict,
    state: decision.state ?? stateOf(row),
    written: decision.state !== null,
    run: row,
    after: after.get(row.id) ?? row,
  }
}

interface Decided {
  readonly proposal: FlowRunProposal
  readonly row: LockedFlowRunRow
  readonly decision: FlowRunDecision
}

/** The one place where a decision becomes rows: state, history, slots, fence, credentials, events, wake-ups. Tells the runs that changed. */
async function apply(
  ctx: Context,
  tx: Transaction,
  decided: readonly Decided[],
  now: Timestamp,
): Promise<ReadonlyMap<string, LockedFlowRunRow>> {
  const written = decided.flatMap(({ proposal, row, decision }) =>
    decision.state === null || decision.next_run_fields === null
      ? []
      : [{ proposal, row, state: decision.state, fields: decision.next_run_fields }],
  )
  const transitions = written.map(transitionOf)
  await applyTransitions(tx, transitions, now)
  await keepResults(
    ctx,
    tx,
    written.map(({ row, state }) => ({
      workspace_id: row.workspace_id,
      flow_run_id: row.id,
      task_run_id: null,
      state,
    })),
    now,
  )
  for (const { row, decision } of decided) {
    if (decision.state === null && decision.next_run_fields !== null) {
      await updateFlowRunPolicy(tx, row.id, asJson(decision.next_run_fields.empirical_policy), now)
    }
  }
  await applyFlowRunEffects(ctx, tx, decided, now)
  await publish(tx, written, now)
  const over = written.filter(({ row, state }) => isTerminal(state.type) && row.work_pool_type !== null)
  if (over.length > 0) {
    const expires = addSeconds(now, ctx.config.run_credential_ttl_after_terminal_seconds)
    await expireSubmissionCredentials(
      tx,
      over.map(({ row }) => row.id),
      expires,
    )
  }
  if (written.some(({ row, state }) => wakesDispatcher(row, state))) await notifyDue(tx)
  return new Map(
    written.map(({ row, fields }, index) => [
      row.id,
      { ...row, ...transitions[index], retry_type: fields.empirical_policy.retry_type, updated: now },
    ]),
  )
}

interface Written {
  readonly proposal: FlowRunProposal
  readonly row: LockedFlowRunRow
  readonly state: State
  readonly fields: FlowRunFields
}

function transitionOf({ proposal, row, state, fields }: Written): FlowRunTransition {
  return {
    id: row.id,
    workspace_id: row.workspace_id,
    state: asJson(storedState(state)),
    state_id: state.id,
    state_type: state.type,
    state_name: state.name,
    state_timestamp: state.timestamp,
    run_count: fields.run_count,
    expected_start_time: fields.expected_start_time,
    next_scheduled_start_time: fields.next_scheduled_start_time,
    start_time: fields.start_time,
    end_time: fields.end_time,
    total_run_time: fields.total_run_time,
    empirical_policy: asJson(fields.empirical_policy),
    infrastructure_pid: proposal.infrastructure_pid ?? row.infrastructure_pid,
  }
}

async function publish(tx: Transaction, written: readonly Written[], now: Timestamp): Promise<void> {
  const byWorkspace = new Map<string, WireEvent[]>()
  for (const { row, state, fields } of written) {
    const event = flowRunStateEvent({
      run: { ...row, run_count: fields.run_count },
      initial_state: stateOf(row),
      state,
      surroundings: surroundingsOf(row),
    })
    byWorkspace.set(row.workspace_id, [...(byWorkspace.get(row.workspace_id) ?? []), event])
  }
  for (const [workspace_id, events] of byWorkspace) await appendEvents(tx, workspace_id, events, now)
}

function surroundingsOf(row: LockedFlowRunRow): FlowRunSurroundings {
  const created_by = row.created_by as FlowRunSurroundings['created_by']
  return {
    flow: named(row.flow_id, row.flow_name, row.flow_tags),
    deployment: row.deployment_id === null ? null : named(row.deployment_id, row.deployment_name, row.deployment_tags),
    work_queue:
      row.work_queue_id === null || row.queue_name === null ? null : { id: row.work_queue_id, name: row.queue_name },
    work_pool:
      row.work_pool_id === null || row.work_pool_name === null || row.work_pool_type === null
        ? null
        : { id: row.work_pool_id, name: row.work_pool_name, type: row.work_pool_type },
    parent_task_run:
      row.parent_task_run_id === null
        ? null
        : named(row.parent_task_run_id, row.parent_task_run_name, row.parent_task_run_tags),
    created_by,
  }
}

function named(id: string, name: string | null, tags: readonly string[] | null) {
  return name === null ? null : { id, name, tags: tags ?? [] }
}

/** A run of a push pool became due, left a slot that another one may wait for, or has a container to be stopped. */
function wakesDispatcher(row: LockedFlowRunRow, state: State): boolean {
  if (row.work_pool_type?.endsWith(':push') !== true) return false
  const from = stateOf(row)?.type ?? null
  if (state.type === 'SCHEDULED' || state.type === 'CANCELLING') return true
  return isOccupying(from) && !isOccupying(state.type)
}

function takeSlots(batch: BatchFacts, decision: FlowRunDecision): void {
  for (const effect of decision.effects) {
    if (effect.kind !== 'acquire-deployment-slot') continue
    const limit = batch.limits.get(effect.limit_id)
    if (limit !== undefined) limit.active_slots += 1
  }
}

export type { Decided }
