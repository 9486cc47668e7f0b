import type { BodyOf, operations } from '@slipway/contract'
import type { Context } from '../context.ts'
import { newQueueStatus, poolStatus } from '../domain/readiness.ts'
import { problem } from '../errors.ts'
import { poolWarningEvent, statusHappening, workPoolEvent, workQueueEvent } from '../events/work-pool-events.ts'
import type { Transaction } from '../store/database.ts'
import { appendEvents } from '../store/events.ts'
import type { WorkPoolRow } from '../store/rows.ts'
import { findWorkPool, insertWorkPool } from '../store/work-pools.ts'
import { insertWorkQueue } from '../store/work-queues.ts'
import { checkNewTemplate } from './template-blocks.ts'

export interface NewPool {
  readonly workspace_id: string
  readonly body: BodyOf<typeof operations.createWorkPool>
  /** Whether some provider pushes to pools of this type; others are for workers and may be called anything. */
  readonly is_served: boolean
  /** Why containers of the pool will not reach this server; kept as an event. */
  readonly warning: string | null
}

/** A pool with its queue "default". A push pool that could never push is refused. */
export async function createWorkPool(ctx: Context, { workspace_id, body, is_served, warning }: NewPool) {
  const is_push = body.type.endsWith(':push')
  if (isReservedPoolName(body.name)) {
    throw problem(403, "Work pools starting with 'Prefect' are reserved for internal use.")
  }
  if (is_push && !is_served) {
    throw problem(422, `This server cannot push to work pools of type "${body.type}".`)
  }
  return await ctx.db.transaction(async (tx) => {
    await checkNewTemplate(ctx, tx, { workspace_id, type: body.type, base_job_template: body.base_job_template })
    const pool = await insertPool(ctx, tx, { workspace_id, body, is_push })
    if (pool === null) throw problem(409, 'A work pool with this name already exists.')
    if (warning !== null) {
      const now = ctx.clock.now()
      await appendEvents(tx, workspace_id, [poolWarningEvent(pool, warning, { event_id: ctx.ids.uuid7(), now })], now)
    }
    return pool
  })
}

/** Only what keeps the internal pools running may be changed on them. */
export function isReservedPoolName(name: string): boolean {
  return name.toLowerCase().startsWith('prefect')
}

/** Queues without a pool live here; it appears with the first of them. */
export const AGENT_POOL = 'default-agent-pool'

export async function ensureAgentPool(ctx: Context, tx: Transaction, workspace_id: string): Promise<WorkPoolRow> {
  const existing = await findWorkPool(tx, workspace_id, AGENT_POOL)
  if (existing !== null) return existing
  const body = {
    name: AGENT_POOL,
    description: null,
    type: 'prefect-agent',
    base_job_template: {},
    is_paused: false,
    concurrency_limit: null,
  }
  const created = await insertPool(ctx, tx, { workspace_id, body, is_push: false })
  const pool = created ?? (await findWorkPool(tx, workspace_id, AGENT_POOL))
  if (pool === null) throw new Error('The agent pool was deleted while it was being looked up')
  return pool
}

/** Null when the name is taken. */
async function insertPool(
  ctx: Context,
  tx: Transaction,
  { workspace_id, body, is_push }: Pick<NewPool, 'workspace_id' | 'body'> & { readonly is_push: boolean },
): Promise<WorkPoolRow | null> {
  const now = ctx.clock.now()
  const { base_job_template, concurrency_limit, description, is_paused, name, type } = body
  const default_queue_id = ctx.ids.uuid()
  const pool = {
    id: ctx.ids.uuid(),
    workspace_id,
    created: now,
    name,
    description,
    type,
    base_job_template,
    is_paused,
    concurrency_limit,
    storage_configuration: body.storage_configuration ?? {},
    default_queue_id,
    status: poolStatus({ is_paused, is_push, has_online_worker: false }),
  }
  if (!(await insertWorkPool(tx, pool))) return null
  const queue = {
    id: default_queue_id,
    workspace_id,
    created: now,
    name: 'default',
    description: "The work pool's default queue.",
    is_paused: false,
    concurrency_limit: null,
    priority: 1,
    work_pool_id: pool.id,
    filter: null,
    status: newQueueStatus({ is_paused: false, is_push }),
  }
  await insertWorkQueue(tx, queue)
  const fresh = () => ({ event_id: ctx.ids.uuid7(), now })
  const events = [
    workPoolEvent(pool, 'created', fresh()),
    workPoolEvent(pool, statusHappening(pool.status), fresh()),
    workQueueEvent({ id: queue.id, name: queue.name, work_pool: pool }, 'created', fresh()),
  ]
  await appendEvents(tx, workspace_id, events, now)
  return { ...pool, updated: now, last_status_change: now, provider_status: null, is_push }
}
