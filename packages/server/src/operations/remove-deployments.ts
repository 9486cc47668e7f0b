import type { Context } from '../context.ts'
import { deleteScheduledRuns } from '../store/deployment-schedules.ts'
import { deleteDeployment, listDeployments, lockDeployment } from '../store/deployments.ts'
import type { JoinedFilters } from '../store/filters/joined.ts'
import { tellDeployment } from './deployment-events.ts'
import { deleteOwnLimit } from './deployment-limit.ts'

/** With it go its schedules, its own limit and the runs that never began. False when there is no such deployment. */
export async function removeDeployment(ctx: Context, workspace_id: string, id: string): Promise<boolean> {
  return await ctx.db.transaction(async (tx) => {
    const deployment = await lockDeployment(tx, workspace_id, id)
    if (deployment === null) return false
    await deleteScheduledRuns(tx, id, { planned_after: null })
    await deleteOwnLimit(tx, workspace_id, id)
    await deleteDeployment(tx, workspace_id, id)
    await tellDeployment(ctx, tx, deployment, { happening: 'deleted' }, ctx.clock.now())
    return true
  })
}

/** Tells which are gone. Each one is a transaction of its own: other writers wait for one deployment only. */
export async function removeDeployments(
  ctx: Context,
  workspace_id: string,
  selection: { readonly filters: JoinedFilters; readonly limit: number },
): Promise<readonly string[]> {
  const found = await listDeployments(ctx.db, workspace_id, { ...selection, sort: 'NAME_ASC', offset: 0 })
  const gone: string[] = []
  for (const { id } of found) if (await removeDeployment(ctx, workspace_id, id)) gone.push(id)
  return gone
}
