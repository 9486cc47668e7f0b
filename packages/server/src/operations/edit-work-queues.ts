import type { BodyOf, operations, QueueFilter } from '@slipway/contract'
import type { Context } from '../context.ts'
import { lowestFreePriority, placeQueue } from '../domain/queue-priorities.ts'
import { newQueueStatus } from '../domain/readiness.ts'
import { problem } from '../errors.ts'
import { workQueueEvent } from '../events/work-pool-events.ts'
import type { Transaction } from '../store/database.ts'
import { appendEvents } from '../store/events.ts'
import type { WorkPoolRow } from '../store/rows.ts'
import { lockWorkPool, lockWorkPoolById } from '../store/work-pools.ts'
import {
  deleteWorkQueue,
  findWorkQueueByName,
  insertWorkQueue,
  listQueuesOfPool,
  type NamedWorkQueueRow,
  updateQueuePriorities,
} from '../store/work-queues.ts'
import { workPoolNotFound } from './change-work-pool.ts'
import { ensureAgentPool } from './create-work-pool.ts'
import { integrityConflict } from './integrity-conflict.ts'

type Body = BodyOf<typeof operations.createWorkPoolQueue>

/** A queue of a named pool; without one, of the pool for agents. */
export async function createWorkQueue(
  ctx: Context,
  workspace_id: string,
  work_pool_name: string | null,
  body: Body,
): Promise<NamedWorkQueueRow> {
  return await ctx.db.transaction(async (tx) => {
    const pool =
      work_pool_name === null
        ? await ensureAgentPool(ctx, tx, workspace_id)
        : await lockWorkPool(tx, workspace_id, work_pool_name)
    if (pool === null) throw workPoolNotFound(work_pool_name ?? '')
    const queue = await insertQueue(ctx, tx, pool, body)
    if (queue !== null) return queue
    const where = work_pool_name === null ? '' : ` in work pool '${work_pool_name}'`
    throw problem(409, `A work queue with this name already exists${where}.`)
  })
}

/** For whoever names a queue that need not exist: a deployment, or a run of one. */
export async function ensureWorkQueue(
  ctx: Context,
  tx: Transaction,
  pool: WorkPoolRow,
  name: string,
): Promise<NamedWorkQueueRow> {
  const key = { work_pool_name: pool.name, name }
  const existing = await findWorkQueueByName(tx, pool.workspace_id, key)
  if (existing !== null) return existing
  const body = { name, description: '', is_paused: false, concurrency_limit: null, priority: null, filter: null }
  const queue = (await insertQueue(ctx, tx, pool, body)) ?? (await findWorkQueueByName(tx, pool.workspace_id, key))
  if (queue === null) throw new Error('A work queue was deleted while it was being looked up')
  return queue
}

/** The queue that a name stands for when no pool is named. */
export async function ensureAgentQueue(ctx: Context, tx: Transaction, workspace_id: string, name: string) {
  return await ensureWorkQueue(ctx, tx, await ensureAgentPool(ctx, tx, workspace_id), name)
}

export async function removeWorkQueue(ctx: Context, queue: NamedWorkQueueRow): Promise<void> {
  const { id, work_pool_id, workspace_id } = queue
  await ctx.db.transaction(async (tx) => {
    const pool = await lockWorkPoolById(tx, workspace_id, work_pool_id)
    if (pool?.default_queue_id === id) throw integrityConflict()
    await deleteWorkQueue(tx, workspace_id, id)
    const now = ctx.clock.now()
    const fresh = { event_id: ctx.ids.uuid7(), now }
    await appendEvents(tx, workspace_id, [workQueueEvent(subjectOf(queue), 'deleted', fresh)], now)
  })
}

export function subjectOf(queue: NamedWorkQueueRow) {
  return {
    id: queue.id,
    name: queue.name,
    work_pool: { id: queue.work_pool_id, name: queue.work_pool_name, type: queue.work_pool_type },
  }
}

/** Both keys are always there on the way out. */
export function queueFilter(filter: Body['filter']): QueueFilter | null {
  if (filter === null) return null
  return { tags: filter.tags ?? null, deployment_ids: filter.deployment_ids ?? null }
}

/** Null when the name is taken. Order is kept by the pool's lock, which a second lock of the same transaction passes. */
async function insertQueue(
  ctx: Context,
  tx: Transaction,
  pool: WorkPoolRow,
  body: Body,
): Promise<NamedWorkQueueRow | null> {
  const { workspace_id } = pool
  await lockWorkPoolById(tx, workspace_id, pool.id)
  const others = await listQueuesOfPool(tx, pool.id)
  const now = ctx.clock.now()
  const id = ctx.ids.uuid()
  const priority = body.priority ?? lowestFreePriority(others)
  const { concurrency_limit, is_paused, name } = body
  const is_push = pool.is_push === true
  const queue = {
    id,
    workspace_id,
    created: now,
    name,
    description: body.description ?? '',
    is_paused,
    concurrency_limit,
    priority,
    work_pool_id: pool.id,
    filter: queueFilter(body.filter),
    status: newQueueStatus({ is_paused, is_push }),
  }
  if (!(await insertWorkQueue(tx, queue))) return null
  await updateQueuePriorities(tx, placeQueue(others, { id, priority }), now)
  const named: NamedWorkQueueRow = {
    ...queue,
    updated: now,
    last_polled: null,
    work_pool_name: pool.name,
    work_pool_type: pool.type,
    is_push,
    default_queue_id: pool.default_queue_id,
  }
  const event = workQueueEvent(subjectOf(named), 'created', { event_id: ctx.ids.uuid7(), now })
  await appendEvents(tx, workspace_id, [event], now)
  return named
}
