import { type Json, type JsonObject, parseLossless, type Timestamp } from '@slipway/contract'
import type { Caller, Context } from '../context.ts'
import { runInputComplaint } from '../domain/json-schema/parameters.ts'
import { createPatternCache } from '../domain/json-schema/patterns.ts'
import { proposeState } from '../domain/orchestration/proposal.ts'
import type { State } from '../domain/orchestration/verdict.ts'
import type { Transaction } from '../store/database.ts'
import { findFlowRunInput } from '../store/flow-run-inputs.ts'
import { lockFlowRuns } from '../store/flow-runs.ts'
import { storeFlowRunInput } from './flow-run-inputs.ts'
import { proposeFlowRunStates } from './flow-run-transitions.ts'
import { stateOf } from './flow-run-facts.ts'
import { hydrateValues } from './hydrate-values.ts'
import { type OrchestrationAnswer, orchestrationAnswer } from './orchestration-result.ts'

const MOST_PATTERNS = 100

export interface ResumeRequest {
  readonly workspace_id: string
  readonly flow_run_id: string
  readonly run_input: JsonObject | null
  readonly caller: Caller
}

/** `written`: whether the run has a new state. */
export type Resumption = { readonly answer: OrchestrationAnswer; readonly written: boolean }

/**
 * A paused run goes on: in its process (Running), or, when that is gone, as a run that is due now. A run that waits for
 * input only goes on when the input fits the schema that its flow has stored. Null when there is no such run.
 */
export async function resumeFlowRun(ctx: Context, request: ResumeRequest): Promise<Resumption | null> {
  return await ctx.db.transaction(async (tx) => {
    const now = ctx.clock.now()
    const [run] = await lockFlowRuns(tx, [request.flow_run_id])
    if (run === undefined || run.workspace_id !== request.workspace_id) return null
    const state = stateOf(run)
    if (state?.type !== 'PAUSED') {
      const verdict = { kind: 'abort', reason: 'Cannot resume a flow run that is not paused.' } as const
      return { answer: orchestrationAnswer(verdict, null), written: false }
    }
    const keyset = state.state_details.run_input_keyset
    const input = keyset === null ? null : await checkedInput(tx, request, keyset)
    if (input !== null && 'complaint' in input) return { answer: rejection(state, input.complaint), written: false }
    const resumed = await propose(ctx, tx, { request, state, now })
    if (resumed === null) return null
    const response_key = keyset?.['response']
    const accepted = resumed.answer.status === 'ACCEPT'
    if (accepted && input !== null && response_key !== undefined && Object.keys(input.value).length > 0) {
      const { workspace_id, flow_run_id } = request
      await storeFlowRunInput(ctx, tx, {
        workspace_id,
        flow_run_id,
        key: response_key,
        value: JSON.stringify(input.value),
        sender: null,
      })
    }
    return resumed
  })
}

async function propose(
  ctx: Context,
  tx: Transaction,
  { request, state, now }: { readonly request: ResumeRequest; readonly state: State; readonly now: Timestamp },
): Promise<Resumption | null> {
  const { workspace_id, flow_run_id, caller } = request
  const proposed = state.state_details.pause_reschedule
    ? proposeState({ type: 'SCHEDULED', name: 'Resuming' }, now)
    : proposeState({ type: 'RUNNING' }, now)
  const [outcome] = await proposeFlowRunStates(
    ctx,
    tx,
    [{ workspace_id, flow_run_id, proposed, force: false, caller }],
    now,
  )
  if (outcome?.kind !== 'decided') return null
  return { answer: orchestrationAnswer(outcome.verdict, outcome.state), written: outcome.written }
}

type CheckedInput = { readonly value: JsonObject } | { readonly complaint: string }

async function checkedInput(
  tx: Transaction,
  { workspace_id, flow_run_id, run_input }: ResumeRequest,
  keyset: Readonly<Record<string, string>>,
): Promise<CheckedInput> {
  const hydrated = await hydrateValues(tx, workspace_id, run_input ?? {})
  if (hydrated.kind === 'failed') return { complaint: `Error hydrating run input: ${hydrated.message}` }
  const stored = await findFlowRunInput(tx, workspace_id, flow_run_id, keyset['schema'] ?? '')
  if (stored === null) return { complaint: 'Run input schema not found.' }
  const schema = schemaOf(stored.value)
  if (schema === null) return { complaint: 'Run input schema is not valid JSON.' }
  const complaint = runInputComplaint({
    parameters: hydrated.value,
    schema,
    patterns: createPatternCache(MOST_PATTERNS),
  })
  return complaint === null ? { value: hydrated.value } : { complaint }
}

function schemaOf(text: string): JsonObject | null {
  let schema: Json
  try {
    schema = parseLossless(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
  return schema !== null && typeof schema === 'object' && !Array.isArray(schema) ? (schema as JsonObject) : null
}

/** Says "abort" in its details, as a stock server does; clients look at the status. */
function rejection(state: State, reason: string): OrchestrationAnswer {
  return { state, status: 'REJECT', details: { type: 'abort_details', reason } }
}
