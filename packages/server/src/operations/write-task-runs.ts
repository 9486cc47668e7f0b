import type { JsonObject, Timestamp } from '@slipway/contract'
import type { Context } from '../context.ts'
import { taskRunLabels } from '../domain/labels.ts'
import { randomName } from '../domain/names.ts'
import { proposeState, type StateRequest } from '../domain/orchestration/proposal.ts'
import { Batcher } from '../store/batcher.ts'
import type { Transaction } from '../store/database.ts'
import { listFlowRunLabels } from '../store/flow-runs.ts'
import type { TaskRunRow } from '../store/rows.ts'
import { findTaskRunByKey, insertTaskRuns, type NewTaskRun } from '../store/task-runs.ts'
import { giveFirstTaskRunStates } from './task-run-transitions.ts'

/** A task run that a client wants: the placeholder of a subflow, or a background task. */
export interface TaskRunOrder {
  readonly id: string
  readonly workspace_id: string
  /** Null: Pending. */
  readonly state: StateRequest | null
  readonly name: string | null
  readonly flow_run_id: string | null
  readonly task_key: string
  readonly dynamic_key: string
  readonly cache_key: string | null
  readonly cache_expiration: Timestamp | null
  readonly task_version: string | null
  readonly empirical_policy?: JsonObject | undefined
  readonly tags: readonly string[]
  readonly labels: JsonObject | null
  readonly task_inputs: JsonObject
}

/** `conflict`: its flow run does not exist, or its id belongs to another task run. */
export type TaskRunCreation =
  | { readonly kind: 'created' | 'existing'; readonly row: TaskRunRow }
  | { readonly kind: 'conflict' }

/** Creations on one server: those that arrive while a batch is being written are written together. */
export type TaskRunWriter = (order: TaskRunOrder) => Promise<TaskRunCreation>

const MOST_PER_BATCH = 200
const BATCHES_IN_FLIGHT = 2

export function createTaskRunWriter(ctx: Context): TaskRunWriter {
  const batcher = new Batcher<TaskRunOrder, TaskRunCreation>({
    keyOf: ({ workspace_id, flow_run_id, task_key, dynamic_key }) =>
      JSON.stringify([flow_run_id ?? workspace_id, task_key, dynamic_key]),
    size: MOST_PER_BATCH,
    inFlight: BATCHES_IN_FLIGHT,
    write: (orders) => writeTaskRuns(ctx, orders),
  })
  return (order) => batcher.run(order)
}

/** One transaction for all of them. */
async function writeTaskRuns(ctx: Context, orders: readonly TaskRunOrder[]): Promise<readonly TaskRunCreation[]> {
  return await ctx.db.transaction(async (tx) => {
    const now = ctx.clock.now()
    const labels = await labelsOfFlowRuns(tx, orders)
    const known = orders.filter(({ flow_run_id, workspace_id }) => labels.has(keyOf(workspace_id, flow_run_id)))
    const rows = await insertTaskRuns(
      tx,
      known.map((order) => runOf(ctx, order, labels.get(keyOf(order.workspace_id, order.flow_run_id)) ?? null, now)),
    )
    const states = new Map(orders.map(({ id, state }) => [id, state]))
    const given = rows.map((row) => ({ row, proposed: proposeState(states.get(row.id) ?? { type: 'PENDING' }, now) }))
    const created = new Map((await giveFirstTaskRunStates(ctx, tx, given, now)).map((row) => [row.id, row]))
    const results: TaskRunCreation[] = []
    for (const order of orders) {
      const row = created.get(order.id)
      results.push(row === undefined ? await existing(tx, order) : { kind: 'created', row })
    }
    return results
  })
}

async function existing(tx: Transaction, order: TaskRunOrder): Promise<TaskRunCreation> {
  const row = await findTaskRunByKey(tx, order.workspace_id, order)
  return row === null ? { kind: 'conflict' } : { kind: 'existing', row }
}

function keyOf(workspace_id: string, flow_run_id: string | null): string {
  return `${workspace_id} ${flow_run_id}`
}

/** A task run inherits them from its flow run. Without a flow run there is nothing to inherit. */
async function labelsOfFlowRuns(
  tx: Transaction,
  orders: readonly TaskRunOrder[],
): Promise<ReadonlyMap<string, JsonObject | null>> {
  const ids = [...new Set(orders.flatMap(({ flow_run_id }) => flow_run_id ?? []))]
  const found = await listFlowRunLabels(tx, ids)
  return new Map<string, JsonObject | null>([
    ...orders.map(({ workspace_id }) => [keyOf(workspace_id, null), null] as const),
    ...found.map(({ workspace_id, id, labels }) => [keyOf(workspace_id, id), labels] as const),
  ])
}

function runOf(ctx: Context, order: TaskRunOrder, inherited: JsonObject | null, now: Timestamp): NewTaskRun {
  const { flow_run_id, labels: given } = order
  return {
    id: order.id,
    workspace_id: order.workspace_id,
    created: now,
    name: order.name ?? randomName(() => ctx.random.fraction()),
    flow_run_id,
    task_key: order.task_key,
    dynamic_key: order.dynamic_key,
    cache_key: order.cache_key,
    cache_expiration: order.cache_expiration,
    task_version: order.task_version,
    empirical_policy: order.empirical_policy ?? {},
    tags: order.tags,
    labels: taskRunLabels({ flow_run_id, inherited, given }),
    task_inputs: order.task_inputs,
  }
}
