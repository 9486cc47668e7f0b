import type { JsonObject } from '@slipway/contract'
import type { Context } from '../context.ts'
import { flowRunLabels } from '../domain/labels.ts'
import { NO_POLICY } from '../domain/orchestration/empirical-policy.ts'
import { proposeState, type StateRequest } from '../domain/orchestration/proposal.ts'
import { randomName } from '../domain/names.ts'
import { Batcher } from '../store/batcher.ts'
import { listNewFlowRunFacts, type NewFlowRunFacts } from '../store/new-flow-run-facts.ts'
import { serverCaller } from './callers.ts'
import { createFlowRuns, type Created, type FlowRunDraft } from './create-flow-run.ts'
import { asJson } from './flow-run-facts.ts'

/** A run that a client wants, outside of any deployment's rules. */
export interface FlowRunOrder {
  readonly id: string
  readonly workspace_id: string
  /** Null: Pending. */
  readonly state: StateRequest | null
  readonly name: string | null
  readonly flow_id: string
  readonly flow_version: string | null
  readonly parameters: JsonObject
  readonly context: JsonObject
  readonly parent_task_run_id: string | null
  readonly infrastructure_document_id: string | null
  readonly empirical_policy?: JsonObject | undefined
  readonly tags: readonly string[]
  readonly labels: JsonObject | null
  readonly idempotency_key: string | null
  readonly work_pool_name: string | null
  readonly work_queue_name: string | null
  readonly job_variables: JsonObject | null
  readonly deployment_id: string | null
  readonly created_by: JsonObject | null
}

export type FlowRunCreation = Created | { readonly kind: 'no-pool' | 'no-queue' }

/** Creations on one server: those that arrive while a batch is being written are written together. */
export type FlowRunWriter = (order: FlowRunOrder) => Promise<FlowRunCreation>

const MOST_PER_BATCH = 200
const BATCHES_IN_FLIGHT = 2

export function createFlowRunWriter(ctx: Context): FlowRunWriter {
  const batcher = new Batcher<FlowRunOrder, FlowRunCreation>({
    keyOf: ({ id, flow_id, idempotency_key }) => (idempotency_key === null ? id : `${flow_id} ${idempotency_key}`),
    size: MOST_PER_BATCH,
    inFlight: BATCHES_IN_FLIGHT,
    write: (orders) => writeFlowRuns(ctx, orders),
  })
  return (order) => batcher.run(order)
}

/** One transaction for all of them. */
async function writeFlowRuns(ctx: Context, orders: readonly FlowRunOrder[]): Promise<readonly FlowRunCreation[]> {
  return await ctx.db.transaction(async (tx) => {
    const now = ctx.clock.now()
    const facts = new Map((await listNewFlowRunFacts(tx, orders)).map((found) => [found.id, found]))
    const refused = new Map<string, FlowRunCreation>()
    const drafts: FlowRunDraft[] = []
    for (const order of orders) {
      const found = facts.get(order.id)
      const problem = problemOf(order, found)
      if (found === undefined || problem !== null) refused.set(order.id, { kind: problem ?? 'no-flow' })
      else drafts.push({ state: proposeState(order.state ?? { type: 'PENDING' }, now), run: runOf(ctx, order, found) })
    }
    const created = await createFlowRuns(ctx, tx, drafts, serverCaller, now)
    const results = new Map(drafts.map((draft, index) => [draft.run.id, created[index]]))
    return orders.map(({ id }) => refused.get(id) ?? results.get(id) ?? { kind: 'no-flow' })
  })
}

function problemOf(order: FlowRunOrder, found: NewFlowRunFacts | undefined): 'no-flow' | 'no-pool' | 'no-queue' | null {
  if (order.work_pool_name !== null && found?.work_pool_id === null) return 'no-pool'
  if (order.work_pool_name !== null && order.work_queue_name !== null && found?.work_queue_id === null)
    return 'no-queue'
  return found?.flow_found === true ? null : 'no-flow'
}

function runOf(ctx: Context, order: FlowRunOrder, found: NewFlowRunFacts): FlowRunDraft['run'] {
  const { state: _, work_pool_name: __, empirical_policy = asJson(NO_POLICY), ...given } = order
  return {
    ...given,
    name: order.name ?? randomName(() => ctx.random.fraction()),
    deployment_version: null,
    work_queue_id: found.work_queue_id,
    empirical_policy,
    job_variables: order.job_variables ?? {},
    labels: flowRunLabels({
      flow_id: order.flow_id,
      deployment_id: found.deployment_found ? order.deployment_id : null,
      inherited: found.deployment_found ? found.deployment_labels : found.flow_labels,
      given: order.labels,
    }),
    auto_scheduled: false,
  }
}
