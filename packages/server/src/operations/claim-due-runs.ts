import { addSeconds, type Timestamp } from '@slipway/contract'
import type { Context } from '../context.ts'
import { proposeState } from '../domain/orchestration/proposal.ts'
import type { RenderInput, RenderOutcome } from '../domain/submission.ts'
import type { Transaction } from '../store/database.ts'
import { countActiveRuns, type DueQueue, type DueRun, lockDueFlowRuns, lockLimitedPools } from '../store/due-runs.ts'
import { insertSubmissions, listLastAttempts, type NewSubmission, voidSubmissionsOf } from '../store/submissions.ts'
import { serverCaller } from './callers.ts'
import { type BatchFacts, completeBatchFacts } from './flow-run-facts.ts'
import { decideAndApply, type FlowRunOutcome, type FlowRunProposal } from './flow-run-transitions.ts'
import { type Plan, planSubmissions, type PlannedRun } from './plan-submissions.ts'
import { sealSubmission } from './sealed-submission.ts'

/** What a claim needs from the outside: which queues have something due, and how a pool type makes its request. */
export interface ClaimInput {
  readonly queues: readonly DueQueue[]
  /** Pure; null when no provider serves the type. */
  readonly render: (input: RenderInput) => RenderOutcome | null
  readonly limit: number
  /** Address of the API for containers of a pool type; the string says why there is none. */
  readonly apiUrlFor: (pool_type: string) => { readonly url: string } | { readonly waiting: string }
}

/** A run that was claimed and whose request is committed; nothing has been sent yet. */
export interface ClaimedRun {
  readonly submission: NewSubmission
  readonly planned: PlannedRun
}

const WAIT_FOR_CONFIGURATION_SECONDS = 60

/**
 * One transaction: due runs are locked, the rules are asked about PENDING, requests are rendered and frozen, and
 * everything is committed together. Two servers never claim the same run, and no limit is exceeded.
 */
export async function claimDueRuns(
  ctx: Context,
  input: ClaimInput,
): Promise<{ readonly claimed: readonly ClaimedRun[]; readonly more: boolean }> {
  if (input.queues.length === 0) return { claimed: [], more: false }
  const result = await ctx.db.transaction(async (tx) => {
    const now = ctx.clock.now()
    const rows = await lockDueRuns(tx, input, now)
    const claimed = await claimRows(ctx, tx, rows, input, now)
    await ctx.probe('claim.before-commit', { submission_ids: claimed.map(({ submission }) => submission.id) })
    return { claimed, more: rows.length >= input.limit }
  })
  await ctx.probe('claim.after-commit', { submission_ids: result.claimed.map(({ submission }) => submission.id) })
  return result
}

/** Queue by queue in the order of priority, each within what its queue and its pool have free. */
async function lockDueRuns(tx: Transaction, { queues, limit }: ClaimInput, now: Timestamp): Promise<readonly DueRun[]> {
  const limited = [
    ...new Set(
      queues
        .filter((queue) => queue.pool_limit !== null || queue.queue_limit !== null)
        .map((queue) => queue.work_pool_id),
    ),
  ]
  const free = await countFreeSlots(tx, limited)
  const rows: DueRun[] = []
  for (const queue of queues) {
    const inPool = queue.pool_limit === null ? limit : queue.pool_limit - free.active(queue.work_pool_id)
    const inQueue = queue.queue_limit === null ? limit : queue.queue_limit - free.activeInQueue(queue.work_queue_id)
    const room = Math.min(limit - rows.length, inPool, inQueue)
    if (room <= 0) continue
    const due = await lockDueFlowRuns(tx, queue.work_queue_id, now, room)
    free.take(queue.work_pool_id, due.length)
    rows.push(...due)
  }
  return rows
}

async function countFreeSlots(tx: Transaction, pool_ids: readonly string[]) {
  const pools = new Map<string, number>()
  const queues = new Map<string, number>()
  if (pool_ids.length > 0) {
    await lockLimitedPools(tx, pool_ids)
    for (const { work_pool_id, work_queue_id, active } of await countActiveRuns(tx, pool_ids)) {
      pools.set(work_pool_id, (pools.get(work_pool_id) ?? 0) + active)
      queues.set(work_queue_id, active)
    }
  }
  return {
    active: (pool_id: string) => pools.get(pool_id) ?? 0,
    activeInQueue: (queue_id: string) => queues.get(queue_id) ?? 0,
    take: (pool_id: string, count: number) => pools.set(pool_id, (pools.get(pool_id) ?? 0) + count),
  }
}

async function claimRows(
  ctx: Context,
  tx: Transaction,
  rows: readonly DueRun[],
  input: ClaimInput,
  now: Timestamp,
): Promise<readonly ClaimedRun[]> {
  if (rows.length === 0) return []
  const batch = await completeBatchFacts(tx, rows, [], now)
  const attempts = new Map(
    (
      await listLastAttempts(
        tx,
        rows.map((row) => row.id),
      )
    ).map((last) => [last.flow_run_id, last.attempt_no]),
  )
  const plans = await planSubmissions(ctx, tx, rows, attempts, input)
  const outcomes = await decideAndApply(
    ctx,
    tx,
    batch,
    plans.map((plan) => proposalFor(plan, now)),
    now,
  )
  await putOff(ctx, tx, { batch, plans, outcomes }, now)
  const accepted = plans.flatMap((plan, index) => {
    const outcome = outcomes[index]
    const isPending =
      outcome?.kind === 'decided' && outcome.verdict.kind === 'accept' && outcome.verdict.state.type === 'PENDING'
    return plan.kind === 'planned' && isPending ? [plan] : []
  })
  const claimed = accepted.map((planned) => ({ planned, submission: freeze(ctx, planned, now) }))
  const again = accepted.filter((planned) => planned.identity.attempt_no > 1).map((planned) => planned.row.id)
  if (again.length > 0) await voidSubmissionsOf(tx, again, now)
  await insertSubmissions(
    tx,
    claimed.map(({ submission }) => submission),
  )
  return claimed
}

/** A run that no state was written for would be due again at once, for ever: it is put off instead. */
async function putOff(
  ctx: Context,
  tx: Transaction,
  {
    batch,
    plans,
    outcomes,
  }: { readonly batch: BatchFacts; readonly plans: readonly Plan[]; readonly outcomes: readonly FlowRunOutcome[] },
  now: Timestamp,
): Promise<void> {
  const stuck = plans.flatMap((plan, index) => {
    const outcome = outcomes[index]
    return outcome?.kind === 'decided' && !outcome.written ? [{ row: plan.row, verdict: outcome.verdict }] : []
  })
  const proposals = stuck.map(({ row, verdict }) => {
    const message = verdict.kind === 'accept' ? null : verdict.reason
    return {
      workspace_id: row.workspace_id,
      flow_run_id: row.id,
      proposed: waiting('AwaitingConcurrencySlot', message, now),
      force: true,
      caller: serverCaller,
    }
  })
  await decideAndApply(ctx, tx, batch, proposals, now)
}

function waiting(name: string, message: string | null, now: Timestamp) {
  const scheduled_time = addSeconds(now, WAIT_FOR_CONFIGURATION_SECONDS)
  return proposeState({ type: 'SCHEDULED', name, message, state_details: { scheduled_time } }, now)
}

/** PENDING for a run that can be sent; otherwise the state that tells why not. */
function proposalFor(plan: Plan, now: Timestamp): FlowRunProposal {
  const base = { workspace_id: plan.row.workspace_id, flow_run_id: plan.row.id, caller: serverCaller }
  switch (plan.kind) {
    case 'planned':
      return {
        ...base,
        proposed: proposeState({ type: 'PENDING' }, now),
        force: false,
        // Known before the container can start: a cancellation finds what to stop.
        infrastructure_pid: plan.request.infrastructure_pid,
      }
    case 'deployment-gone':
      return {
        ...base,
        proposed: proposeState(
          { type: 'CANCELLED', message: `Deployment ${plan.row.deployment_id ?? ''} no longer exists, cancelled run.` },
          now,
        ),
        force: true,
      }
    case 'failed':
      return {
        ...base,
        proposed: proposeState(
          { type: 'CRASHED', message: `Flow run could not be submitted to infrastructure: ${plan.message}` },
          now,
        ),
        force: true,
      }
    case 'waiting':
      return {
        ...base,
        proposed: waiting('AwaitingConfiguration', plan.message, now),
        force: true,
      }
  }
}

function freeze(ctx: Context, planned: PlannedRun, now: Timestamp): NewSubmission {
  const { row, request, credentials_block_id, credential_hash, identity } = planned
  const frozen = { request, credentials: credentials_block_id === null ? planned.credentials : null }
  return {
    id: identity.submission_id,
    workspace_id: row.workspace_id,
    created: now,
    flow_run_id: row.id,
    attempt_no: identity.attempt_no,
    work_pool_id: row.work_pool_id ?? '',
    pool_type: row.work_pool_type ?? '',
    credentials_block_id,
    resource_name: request.resource_name,
    infrastructure_pid: request.infrastructure_pid,
    ...sealSubmission(ctx.vault, identity.submission_id, frozen),
    credential_hash,
    lease_owner: ctx.server_id,
    lease_until: addSeconds(now, ctx.config.submission_lease_seconds),
  }
}
