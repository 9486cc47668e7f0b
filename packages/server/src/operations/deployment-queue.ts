import type { Context } from '../context.ts'
import type { Transaction } from '../store/database.ts'
import type { DeploymentRow, WorkPoolRow } from '../store/rows.ts'
import { findWorkPool } from '../store/work-pools.ts'
import { workPoolNotFound } from './change-work-pool.ts'
import { ensureAgentQueue, ensureWorkQueue } from './edit-work-queues.ts'

/** Where the runs of a deployment go. */
export type Placement = Pick<DeploymentRow, 'work_queue_id' | 'status'>

/** The queue that a request names, made when its pool has none of that name; null when it names nothing. */
export async function placeDeployment(
  ctx: Context,
  tx: Transaction,
  workspace_id: string,
  names: { readonly pool: WorkPoolRow | null; readonly work_queue_name: string | null },
): Promise<Placement | null> {
  const { pool, work_queue_name } = names
  if (pool === null) {
    if (work_queue_name === null) return null
    const queue = await ensureAgentQueue(ctx, tx, workspace_id, work_queue_name)
    return { work_queue_id: queue.id, status: 'NOT_READY' }
  }
  const status = pool.is_push === true && pool.status !== 'NOT_READY' ? 'READY' : 'NOT_READY'
  if (work_queue_name === null) return { work_queue_id: pool.default_queue_id, status }
  const queue = await ensureWorkQueue(ctx, tx, pool, work_queue_name)
  return { work_queue_id: queue.id, status }
}

/** An empty name counts as none. */
export async function poolNamed(
  tx: Transaction,
  workspace_id: string,
  name: string | null | undefined,
): Promise<WorkPoolRow | null> {
  if (name === null || name === undefined || name === '') return null
  const pool = await findWorkPool(tx, workspace_id, name)
  if (pool === null) throw workPoolNotFound(name)
  return pool
}
