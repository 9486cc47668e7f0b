import type { Timestamp } from '@slipway/contract'
import type { Context } from '../context.ts'
import { activeSlotsAfterDecay } from '../domain/limits/decay.ts'
import type { ProposedState, State, TaskRunFacts, TaskRunPolicy } from '../domain/orchestration/verdict.ts'
import type { Transaction } from '../store/database.ts'
import type { LockedFlowRunRow } from '../store/flow-runs.ts'
import type { TaskRunRow } from '../store/rows.ts'
import { listCachedStates, lockTagLimits } from '../store/task-runs.ts'
import { stateOf } from './flow-run-facts.ts'

export interface TaskRunSurroundings {
  /** Locked before the task run; undefined when there is none or nobody looks at it. */
  readonly flow_run: LockedFlowRunRow | undefined
  readonly proposed: ProposedState
  readonly force: boolean
}

/** All that deciding about a task run may look at; row, flow run and limits are locked. */
export async function taskRunFacts(
  ctx: Context,
  tx: Transaction,
  row: TaskRunRow,
  { flow_run, proposed, force }: TaskRunSurroundings,
  now: Timestamp,
): Promise<TaskRunFacts> {
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
    ...ownFacts(ctx, row, now),
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
  }
}

/** For a state that no rule will judge. */
export function bareTaskRunFacts(ctx: Context, row: TaskRunRow, now: Timestamp): TaskRunFacts {
  return { ...ownFacts(ctx, row, now), flow_run: null, tag_limits: [], cached_state: null }
}

function ownFacts(ctx: Context, row: TaskRunRow, now: Timestamp): Pick<TaskRunFacts, 'now' | 'run' | 'fresh'> {
  const state: State | null = stateOf(row)
  return {
    now,
    run: {
      id: row.id,
      state,
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
