import type { Context } from '../../context.ts'
import { problem, type SlipwayError } from '../../errors.ts'
import { workPoolNotFound } from '../../operations/change-work-pool.ts'
import type { WorkPoolRow } from '../../store/rows.ts'
import { findWorkPool } from '../../store/work-pools.ts'

/** How a path names a queue. */
export interface QueuePath {
  readonly work_pool_name: string
  readonly name: string
}

/** The pool that a path names. */
export async function getWorkPool(ctx: Pick<Context, 'db'>, workspace_id: string, name: string): Promise<WorkPoolRow> {
  const pool = await findWorkPool(ctx.db, workspace_id, name)
  if (pool === null) throw workPoolNotFound(name)
  return pool
}

export function workPoolQueueNotFound({ work_pool_name, name }: QueuePath): SlipwayError {
  return problem(404, `Work pool queue '${work_pool_name}/${name}' not found.`)
}
