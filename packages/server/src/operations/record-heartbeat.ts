import type { Context } from '../context.ts'
import { statusHappening, workPoolEvent } from '../events/work-pool-events.ts'
import { appendEvents } from '../store/events.ts'
import { upsertWorker } from '../store/workers.ts'
import { findWorkPool, lockWorkPoolById, updateWorkPool } from '../store/work-pools.ts'
import { workPoolNotFound } from './change-work-pool.ts'

export interface WorkerHeartbeat {
  readonly workspace_id: string
  readonly work_pool_name: string
  readonly name: string
  readonly heartbeat_interval_seconds: number | null
}

/** A worker lives; its first sign makes the pool ready. The pool's row is written only then. */
export async function recordHeartbeat(ctx: Context, { work_pool_name, ...worker }: WorkerHeartbeat): Promise<void> {
  const { workspace_id } = worker
  await ctx.db.transaction(async (tx) => {
    const pool = await findWorkPool(tx, workspace_id, work_pool_name)
    if (pool === null) throw workPoolNotFound(work_pool_name)
    const now = ctx.clock.now()
    await upsertWorker(tx, { ...worker, id: ctx.ids.uuid(), work_pool_id: pool.id }, now)
    if (pool.status !== 'NOT_READY' || pool.is_push === true || pool.type === 'prefect-agent') return
    const locked = await lockWorkPoolById(tx, workspace_id, pool.id)
    if (locked === null || locked.status !== 'NOT_READY') return
    await updateWorkPool(tx, { ...locked, status: 'READY', last_status_change: now }, locked.updated)
    const event = workPoolEvent(locked, statusHappening('READY'), { event_id: ctx.ids.uuid7(), now })
    await appendEvents(tx, workspace_id, [event], now)
  })
}
