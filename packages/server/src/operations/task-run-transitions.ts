import type { Timestamp } from '@slipway/contract'
import type { Context } from '../context.ts'
import { decideTaskRun } from '../domain/orchestration/decide.ts'
import { storedState } from '../domain/orchestration/proposal.ts'
import type { ProposedState, State, TaskRunFields, Verdict } from '../domain/orchestration/verdict.ts'
import type { Transaction } from '../store/database.ts'
import { lockFlowRuns } from '../store/flow-runs.ts'
import type { TaskRunRow } from '../store/rows.ts'
import { applyTaskRunTransitions, findTaskRun, lockTaskRuns, type TaskRunTransition } from '../store/task-runs.ts'
import { asJson, stateOf } from './flow-run-facts.ts'
import { keepResults } from './keep-results.ts'
import { applyTaskRunEffect } from './task-run-effects.ts'
import { bareTaskRunFacts, taskRunFacts } from './task-run-facts.ts'

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
      /** The run's state from now on, written or not. */
      readonly state: State | null
      readonly written: boolean
      readonly run: TaskRunRow
    }

/**
 * Task runs by REST: placeholders of subflows and background tasks. Tasks of a running flow are orchestrated by their
 * client and arrive as events. The flow run is locked before its task run, as everywhere.
 */
export async function proposeTaskRunState(
  ctx: Context,
  tx: Transaction,
  { workspace_id, task_run_id, proposed, force }: TaskRunProposal,
  now: Timestamp,
): Promise<TaskRunOutcome> {
  const flow_run_id = force ? null : ((await findTaskRun(tx, workspace_id, task_run_id))?.flow_run_id ?? null)
  const [flow_run] = flow_run_id === null ? [] : await lockFlowRuns(tx, [flow_run_id])
  const [row] = await lockTaskRuns(tx, [task_run_id])
  if (row === undefined || row.workspace_id !== workspace_id) return { kind: 'not-found' }
  const facts = await taskRunFacts(ctx, tx, row, { flow_run, proposed, force }, now)
  const { verdict, state, next_run_fields: fields, effects } = decideTaskRun(facts, proposed, { force })
  if (state !== null && fields !== null) await writeStates(ctx, tx, [{ row, state, fields }], now)
  for (const effect of effects) await applyTaskRunEffect(ctx, tx, { row, state, now }, effect)
  return { kind: 'decided', verdict, state: state ?? stateOf(row), written: state !== null, run: row }
}

/**
 * The first states of task runs that this transaction has inserted, in one write; tells the rows as they are then. Rules do
 * not judge them, except that a deferred task goes to whoever subscribed to it.
 */
export async function giveFirstTaskRunStates(
  ctx: Context,
  tx: Transaction,
  given: readonly { readonly row: TaskRunRow; readonly proposed: ProposedState }[],
  now: Timestamp,
): Promise<readonly TaskRunRow[]> {
  const decided: Written[] = []
  for (const { row, proposed } of given) {
    const { deferred } = proposed.state_details
    const facts =
      deferred === true
        ? await taskRunFacts(ctx, tx, row, { flow_run: undefined, proposed, force: true }, now)
        : bareTaskRunFacts(ctx, row, now)
    const { state, next_run_fields: fields, effects } = decideTaskRun(facts, proposed, { force: true })
    if (state !== null && fields !== null) decided.push({ row, state, fields })
    // A run that has just been made holds no slots that could be released.
    for (const effect of effects) {
      if (effect.kind !== 'release-tag-slots') await applyTaskRunEffect(ctx, tx, { row, state, now }, effect)
    }
  }
  const transitions = new Map((await writeStates(ctx, tx, decided, now)).map((each) => [each.id, each]))
  return given.map(({ row }) => ({ ...row, ...transitions.get(row.id) }))
}

interface Written {
  readonly row: TaskRunRow
  readonly state: State
  readonly fields: TaskRunFields
}

async function writeStates(
  ctx: Context,
  tx: Transaction,
  written: readonly Written[],
  now: Timestamp,
): Promise<readonly TaskRunTransition[]> {
  const transitions = written.map(({ row, state, fields }): TaskRunTransition => ({
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
  }))
  await applyTaskRunTransitions(tx, transitions, now)
  const states = written.map(({ row: { workspace_id, flow_run_id, id }, state }) => ({
    workspace_id,
    flow_run_id,
    task_run_id: id,
    state,
  }))
  await keepResults(ctx, tx, states, now)
  return transitions
}
