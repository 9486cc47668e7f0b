import type { JsonObject, Timestamp } from '@slipway/contract'
import type { Caller, Context } from '../context.ts'
import { activeSlotsAfterDecay } from '../domain/limits/decay.ts'
import { flowRunPolicyOf } from '../domain/orchestration/empirical-policy.ts'
import { NO_DETAILS } from '../domain/orchestration/proposal.ts'
import type { DeploymentLimit, FlowRunFacts, State, SubmissionFacts } from '../domain/orchestration/verdict.ts'
import type { Transaction } from '../store/database.ts'
import { listAliveLeases, lockLimits } from '../store/deployment-slots.ts'
import { lockFlowRuns, type LockedFlowRunRow } from '../store/flow-runs.ts'
import { listSubmissionFences } from '../store/submissions.ts'

/** All that deciding about some runs may look at, read and locked once for the whole batch. */
export interface BatchFacts {
  readonly runs: ReadonlyMap<string, LockedFlowRunRow>
  /** Slots as this batch leaves them: a slot that one run takes is gone for the next. */
  readonly limits: Map<string, { readonly limit: number; active_slots: number }>
  readonly aliveLeases: ReadonlySet<string>
  readonly submissions: ReadonlyMap<string, SubmissionFacts>
}

export async function gatherBatchFacts(
  tx: Transaction,
  ids: readonly string[],
  submission_ids: readonly string[],
  now: Timestamp,
): Promise<BatchFacts> {
  const rows = await lockFlowRuns(tx, ids)
  return await completeBatchFacts(tx, rows, submission_ids, now)
}

/** For a caller that has locked the runs already. */
export async function completeBatchFacts(
  tx: Transaction,
  rows: readonly LockedFlowRunRow[],
  submission_ids: readonly string[],
  now: Timestamp,
): Promise<BatchFacts> {
  const limit_ids = [...new Set(rows.flatMap((row) => row.concurrency_limit_id ?? []))].sort()
  const limits = limit_ids.length === 0 ? [] : await lockLimits(tx, limit_ids)
  const lease_ids = rows.flatMap((row) => stateOf(row)?.state_details.deployment_concurrency_lease_id ?? [])
  const alive = lease_ids.length === 0 ? [] : await listAliveLeases(tx, lease_ids, now)
  const fences = submission_ids.length === 0 ? [] : await listSubmissionFences(tx, submission_ids)
  return {
    runs: new Map(rows.map((row) => [row.id, row])),
    limits: new Map(
      limits
        .filter((limit) => limit.active)
        .map((limit) => [limit.id, { limit: limit.limit, active_slots: activeSlotsAfterDecay(limit, now) }]),
    ),
    aliveLeases: new Set(alive),
    submissions: new Map(fences.map((fence) => [fence.id, fence])),
  }
}

/** The facts of one run as `decide` wants them. */
export function flowRunFacts(
  ctx: Context,
  batch: BatchFacts,
  row: LockedFlowRunRow,
  caller: Caller,
  now: Timestamp,
): FlowRunFacts {
  const state = stateOf(row)
  const lease_id = state?.state_details.deployment_concurrency_lease_id ?? null
  const ownRun = caller.run !== null && caller.run.flow_run_id === row.id ? caller.run : null
  return {
    now,
    run: {
      id: row.id,
      state,
      deployment_id: row.deployment_id,
      parent_task_run_id: row.parent_task_run_id,
      infrastructure_pid: row.infrastructure_pid,
      run_count: row.run_count,
      start_time: row.start_time,
      end_time: row.end_time,
      total_run_time: row.total_run_time,
      expected_start_time: row.expected_start_time,
      next_scheduled_start_time: row.next_scheduled_start_time,
      empirical_policy: flowRunPolicyOf(row.empirical_policy as JsonObject),
    },
    deployment_found: row.deployment_name !== null,
    deployment_limit: deploymentLimit(batch, row),
    lease_alive: lease_id !== null && batch.aliveLeases.has(lease_id),
    client_version: caller.client_version,
    submission: ownRun === null ? null : submissionFacts(batch, ownRun.submission_id, caller),
    fresh: { state_id: ctx.ids.uuid7(), lease_id: ctx.ids.uuid(), pause_key: ctx.ids.uuid() },
  }
}

function submissionFacts(batch: BatchFacts, submission_id: string, caller: Caller): SubmissionFacts | null {
  const fence = batch.submissions.get(submission_id)
  return fence === undefined ? null : { ...fence, client_id: caller.client_id }
}

function deploymentLimit(batch: BatchFacts, row: LockedFlowRunRow): DeploymentLimit | null {
  const limit = row.concurrency_limit_id === null ? undefined : batch.limits.get(row.concurrency_limit_id)
  if (limit === undefined || row.concurrency_limit_id === null) return null
  const options = row.concurrency_options
  const grace = options?.['grace_period_seconds']
  return {
    limit_id: row.concurrency_limit_id,
    limit: limit.limit,
    active_slots: limit.active_slots,
    collision_strategy: options?.['collision_strategy'] === 'CANCEL_NEW' ? 'CANCEL_NEW' : 'ENQUEUE',
    grace_period_seconds: typeof grace === 'number' ? grace : null,
  }
}

/** The current state, with every key of its details. What the store holds was written by `applyTransitions`. */
export function stateOf(row: { readonly state: unknown }): State | null {
  if (row.state === null) return null
  const state = row.state as State
  return { ...state, state_details: { ...NO_DETAILS, ...state.state_details } }
}

export function asJson(value: object): JsonObject {
  // Domain types are plain data; their interfaces only lack the index signature of JsonObject.
  return value as unknown as JsonObject
}
