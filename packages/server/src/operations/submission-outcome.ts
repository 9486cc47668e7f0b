import type { JsonObject, Timestamp } from '@slipway/contract'
import type { Context } from '../context.ts'
import { nextTry } from '../domain/backoff.ts'
import { proposeState } from '../domain/orchestration/proposal.ts'
import type { ProposedState } from '../domain/orchestration/verdict.ts'
import type { Fault, SubmitOutcome } from '../domain/submission.ts'
import { workPoolEvent } from '../events/work-pool-events.ts'
import type { Transaction } from '../store/database.ts'
import { appendEvents } from '../store/events.ts'
import { lockSubmission, type SubmissionOutcomeUpdate, updateSubmissionOutcomes } from '../store/submissions.ts'
import { updatePoolProviderStatus } from '../store/work-pool-status.ts'
import { serverCaller } from './callers.ts'
import { asJson, gatherBatchFacts, stateOf } from './flow-run-facts.ts'
import { decideAndApply } from './flow-run-transitions.ts'

/** One call to a provider is over; this is what it came to. */
export interface CallResult {
  readonly submission_id: string
  readonly flow_run_id: string
  readonly workspace_id: string
  readonly work_pool_id: string
  readonly outcome: SubmitOutcome
}

const FIRST_RETRY_SECONDS = 2

/**
 * Records an outcome and tells the run: accepted, refused (Crashed, with what to change), or waiting with the reason.
 * Only the holder of the lease may record; whoever lost it leaves the run alone.
 */
export async function recordSubmissionOutcome(ctx: Context, result: CallResult): Promise<void> {
  await ctx.probe('submission.before-record', { submission_id: result.submission_id })
  await ctx.db.transaction(async (tx) => {
    const now = ctx.clock.now()
    const batch = await gatherBatchFacts(tx, [result.flow_run_id], [], now)
    const submission = await lockSubmission(tx, result.submission_id)
    if (submission === null) return
    const sent_at = submission.first_sent_at ?? submission.created
    const step = nextStep(ctx, result.outcome, { sent_at, tries: submission.tries, now })
    const recorded = await updateSubmissionOutcomes(tx, [{ id: submission.id, ...step.update }], ctx.server_id, now)
    await tellPool(ctx, tx, result, now)
    const row = batch.runs.get(result.flow_run_id)
    const state = row === undefined ? null : stateOf(row)
    if (recorded.length === 0 || state?.type !== 'PENDING' || step.proposed === null) return
    if (state.name === step.proposed.name && state.message === step.proposed.message) return
    await decideAndApply(
      ctx,
      tx,
      batch,
      [
        {
          workspace_id: result.workspace_id,
          flow_run_id: result.flow_run_id,
          proposed: { ...step.proposed, state_details: { ...state.state_details, ...carried(step.proposed) } },
          // The run is locked and Pending; the rules speak about names that this state does not have.
          force: true,
          caller: serverCaller,
        },
      ],
      now,
    )
  })
  await ctx.probe('submission.recorded', { submission_id: result.submission_id })
}

interface Step {
  readonly update: Omit<SubmissionOutcomeUpdate, 'id'>
  readonly proposed: ProposedState | null
}

function nextStep(
  ctx: Context,
  outcome: SubmitOutcome,
  at: { readonly sent_at: Timestamp; readonly tries: number; readonly now: Timestamp },
): Step {
  switch (outcome.kind) {
    case 'accepted':
      return {
        update: { state: 'accepted', fault: null, execution: asJson(outcome.execution), next_try_at: null },
        proposed: pending(
          'InfrastructurePending',
          'The job was created and started; its container is on the way.',
          at.now,
        ),
      }
    case 'refused':
      return refusal(outcome.fault, at.now)
    case 'retry':
    case 'unknown': {
      const next = nextTry(
        {
          base_seconds: FIRST_RETRY_SECONDS,
          cap_seconds: ctx.config.submission_retry_max_seconds,
          budget_seconds: ctx.config.submission_deadline_seconds,
        },
        {
          tries: at.tries,
          first_try_at: at.sent_at,
          now: at.now,
          at_least_seconds: outcome.fault.retry_after_seconds ?? 0,
          fraction: ctx.random.fraction(),
        },
      )
      if (next.kind === 'give-up') return refusal(outcome.fault, at.now)
      return {
        update: { state: 'sent', fault: asJson(outcome.fault), execution: null, next_try_at: next.at },
        proposed: pending('Submitting', outcome.fault.message, at.now),
      }
    }
  }
}

function refusal(fault: Fault, now: Timestamp): Step {
  return {
    update: { state: 'refused', fault: asJson(fault), execution: null, next_try_at: null },
    proposed: proposeState(
      { type: 'CRASHED', message: `Failed to submit flow run to infrastructure: ${fault.message}` },
      now,
    ),
  }
}

function pending(name: string, message: string, now: Timestamp): ProposedState {
  return proposeState({ type: 'PENDING', name, message }, now)
}

/** Only a Pending state goes on carrying what its predecessor knew (scheduled time, lease). */
function carried(proposed: ProposedState): Partial<ProposedState['state_details']> {
  return proposed.type === 'PENDING' ? { transition_id: null } : proposed.state_details
}

/** What the pool's page shows: did its cloud take the last call? */
/** The pool is shown as ready or not, and whoever waits for that is told. */
async function tellPool(ctx: Context, tx: Transaction, result: CallResult, now: Timestamp): Promise<void> {
  const seen = poolStatus(result.outcome, now)
  const pool = await updatePoolProviderStatus(tx, result.work_pool_id, seen, now)
  if (pool === null) return
  const event = workPoolEvent(pool, seen.is_ready ? 'ready' : 'not-ready', { event_id: ctx.ids.uuid7(), now })
  await appendEvents(tx, pool.workspace_id, [event], now)
}

function poolStatus(
  outcome: SubmitOutcome,
  now: Timestamp,
): { readonly is_ready: boolean; readonly status: JsonObject } {
  if (outcome.kind === 'accepted') return { is_ready: true, status: { ok: true, at: now, fault: null } }
  return { is_ready: outcome.kind !== 'refused', status: { ok: false, at: now, fault: asJson(outcome.fault) } }
}
