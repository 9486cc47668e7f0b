import { addSeconds, type Timestamp } from '@slipway/contract'
import type { Context } from '../context.ts'
import { activeSlotsAfterDecay } from '../domain/limits/decay.ts'
import { storedState } from '../domain/orchestration/proposal.ts'
import { decideTaskRun } from '../domain/orchestration/decide.ts'
import type {
  Effect,
  ProposedState,
  State,
  TaskRunDecision,
  TaskRunFacts,
  TaskRunPolicy,
  Verdict,
} from '../domain/orchestration/verdict.ts'
import type { Transaction } from '../store/database.ts'
import { addActiveSlots, deleteLeases, insertLeases } from '../store/deployment-slots.ts'
import { lockFlowRuns } from '../store/flow-runs.ts'
import type { TaskRunRow } from '../store/rows.ts'
import {
  applyTaskRunTransitions,
  insertCachedState,
  listCachedStates,
  lockTagLimits,
  lockTaskRuns,
} from '../store/task-runs.ts'
import { asJson, stateOf } from './flow-run-facts.ts'
import { keepResults } from './keep-results.ts'

const TAG_LEASE_SECONDS = 3_600

export interface TaskRunProposal {
  readonly workspace_id: string
  readonly task_run_id: string
  readonly proposed: ProposedState
  readonly force: boolean
}

export type TaskRunOutcome =
  | { readonly kind: 'not-found' }
  | {
      readonly kind: 'decided'
      readonly verdict: Verdict
      readonly state: State | null
      readonly written: boolean
      readonly run: TaskRunRow
      readonly effects: readonly Effect[]
    }

/**
 * Task runs by REST: placeholders of subflows and background tasks. Tasks of a running flow are orchestrated by their
 * client and arrive as events. The flow run is locked before its task run, as everywhere.
 */
export async function proposeTaskRunStates(
  ctx: Context,
  tx: Transaction,
  proposals: readonly TaskRunProposal[],
  now: Timestamp,
): Promise<readonly TaskRunOutcome[]> {
  const outcomes: TaskRunOutcome[] = []
  for (const proposal of proposals) outcomes.push(await proposeOne(ctx, tx, proposal, now))
  return outcomes
}

async function proposeOne(
  ctx: Context,
  tx: Transaction,
  proposal: TaskRunProposal,
  now: Timestamp,
): Promise<TaskRunOutcome> {
  const [row] = await lockTaskRuns(tx, [proposal.task_run_id])
  if (row === undefined || row.workspace_id !== proposal.workspace_id) return { kind: 'not-found' }
  const facts = await taskRunFacts(ctx, tx, row, proposal, now)
  const decision = decideTaskRun(facts, proposal.proposed, { force: proposal.force })
  await apply(ctx, tx, row, decision, now)
  return {
    kind: 'decided',
    verdict: decision.verdict,
    state: decision.state ?? stateOf(row),
    written: decision.state !== null,
    run: row,
    effects: decision.effects,
  }
}

async function taskRunFacts(
  ctx: Context,
  tx: Transaction,
  row: TaskRunRow,
  { proposed, force }: TaskRunProposal,
  now: Timestamp,
): Promise<TaskRunFacts> {
  const [flow_run] = row.flow_run_id === null || force ? [] : await lockFlowRuns(tx, [row.flow_run_id])
  const limits =
    proposed.type === 'RUNNING' && row.tags.length > 0 && !force
      ? await lockTagLimits(tx, row.workspace_id, row.tags)
      : []
  const { cache_key } = proposed.state_details
  const cached =
    cache_key === null || proposed.type !== 'RUNNING'
      ? []
      : await listCachedStates(tx, row.workspace_id, [cache_key], now)
  return {
    now,
    run: {
      id: row.id,
      state: stateOf(row),
      flow_run_id: row.flow_run_id,
      task_key: row.task_key,
      tags: row.tags,
      empirical_policy: taskPolicyOf(row),
      run_count: row.run_count,
      flow_run_run_count: row.flow_run_run_count,
      start_time: row.start_time,
      end_time: row.end_time,
      total_run_time: row.total_run_time,
      expected_start_time: row.expected_start_time,
      next_scheduled_start_time: row.next_scheduled_start_time,
    },
    flow_run:
      flow_run === undefined ? null : { id: flow_run.id, run_count: flow_run.run_count, state: stateOf(flow_run) },
    tag_limits: limits.map((limit) => ({
      limit_id: limit.id,
      tag: limit.name.slice('tag:'.length),
      limit: limit.limit,
      active_slots: activeSlotsAfterDecay(limit, now),
      avg_slot_occupancy_seconds: limit.avg_slot_occupancy_seconds,
    })),
    cached_state: cached[0] === undefined ? null : stateOf(cached[0]),
    fresh: { state_id: ctx.ids.uuid7(), lease_id: ctx.ids.uuid(), fraction: ctx.random.fraction() },
  }
}

function taskPolicyOf(row: TaskRunRow): TaskRunPolicy {
  const policy = row.empirical_policy as Partial<TaskRunPolicy> | null
  return {
    retries: policy?.retries ?? null,
    retry_delay: policy?.retry_delay ?? null,
    retry_jitter_factor: policy?.retry_jitter_factor ?? null,
  }
}

async function apply(
  ctx: Context,
  tx: Transaction,
  row: TaskRunRow,
  decision: TaskRunDecision,
  now: Timestamp,
): Promise<void> {
  const { state, next_run_fields: fields } = decision
  if (state !== null && fields !== null) {
    await applyTaskRunTransitions(
      tx,
      [
        {
          id: row.id,
          workspace_id: row.workspace_id,
          state: asJson(storedState(state)),
          state_id: state.id,
          state_type: state.type,
          state_name: state.name,
          state_timestamp: state.timestamp,
          run_count: fields.run_count,
          flow_run_run_count: fields.flow_run_run_count,
          expected_start_time: fields.expected_start_time,
          next_scheduled_start_time: fields.next_scheduled_start_time,
          start_time: fields.start_time,
          end_time: fields.end_time,
          total_run_time: fields.total_run_time,
        },
      ],
      now,
    )
    const { workspace_id, flow_run_id, id } = row
    await keepResults(ctx, tx, [{ workspace_id, flow_run_id, task_run_id: id, state }], now)
  }
  for (const effect of decision.effects) await applyEffect(ctx, tx, { row, state, now }, effect)
}

async function applyEffect(
  ctx: Context,
  tx: Transaction,
  { row, state, now }: { readonly row: TaskRunRow; readonly state: State | null; readonly now: Timestamp },
  effect: Effect,
): Promise<void> {
  switch (effect.kind) {
    case 'acquire-tag-slots':
      await addActiveSlots(
        tx,
        effect.limit_ids.map((limit_id) => ({ limit_id, slots: 1 })),
        now,
      )
      await insertLeases(tx, [
        {
          id: effect.lease_id,
          workspace_id: row.workspace_id,
          created: now,
          expires: addSeconds(now, TAG_LEASE_SECONDS),
          slots: 1,
          limit_ids: effect.limit_ids,
          holder_type: 'task_run',
          holder_id: effect.task_run_id,
        },
      ])
      return
    case 'release-tag-slots': {
      const gone = await deleteLeases(tx, { id: null, holder_id: effect.task_run_id })
      const slots = gone.flatMap((lease) => lease.limit_ids.map((limit_id) => ({ limit_id, slots: -lease.slots })))
      await addActiveSlots(tx, slots, now)
      return
    }
    case 'insert-cache':
      if (state === null) return
      await insertCachedState(tx, {
        id: ctx.ids.uuid(),
        workspace_id: row.workspace_id,
        created: now,
        cache_key: effect.cache_key,
        cache_expiration: effect.cache_expiration,
        state: asJson(state),
      })
      return
    case 'enqueue-background-task':
      // Told by the caller after commit: the task run's own row is the queue, the message only a hint.
      return
    case 'acquire-deployment-slot':
    case 'renew-lease':
    case 'pin-lease':
    case 'release-deployment-slot':
    case 'mark-submission-started':
    case 'mirror-to-parent-task-run':
      throw new Error(`A task run has no effect ${effect.kind}`)
  }
}
