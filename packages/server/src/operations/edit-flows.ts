import { type JsonObject, toPlain } from '@slipway/contract'
import type { Context } from '../context.ts'
import { problem } from '../errors.ts'
import type { Change, ResourceChange } from '../events/resource-event.ts'
import { deleteFlow, findFlow, insertFlow, listFlows, updateFlowTags } from '../store/flows.ts'
import type { JoinedFilters } from '../store/filters/joined.ts'
import type { FlowRow } from '../store/rows.ts'
import { deleteRunsOfFlow } from './delete-flow-runs.ts'
import { emitChanges } from './emit-change.ts'

export interface NewFlow {
  readonly name: string
  readonly tags: readonly string[]
  readonly labels: JsonObject | null
}

/** The flow of this name, made when there is none; one that exists stays as it is. */
export async function ensureFlow(
  ctx: Context,
  workspace_id: string,
  { name, tags, labels }: NewFlow,
): Promise<{ readonly flow: FlowRow; readonly created: boolean }> {
  const existing = await findFlow(ctx.db, workspace_id, { name })
  if (existing !== null) return { flow: existing, created: false }
  return await ctx.db.transaction(async (tx) => {
    const now = ctx.clock.now()
    const given = { id: ctx.ids.uuid(), workspace_id, name, tags, labels, created: now }
    const flow = await insertFlow(tx, given)
    if (flow !== null) {
      await emitChanges(ctx, tx, workspace_id, [changeOf('created', flow)], now)
      return { flow, created: true }
    }
    // Somebody else has made it meanwhile.
    const other = await findFlow(tx, workspace_id, { name })
    if (other === null) throw problem(409, `The flow '${name}' is being changed by somebody else. Next: try again.`)
    return { flow: other, created: false }
  })
}

export async function changeFlow(
  ctx: Context,
  workspace_id: string,
  id: string,
  tags: readonly string[] | null,
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const now = ctx.clock.now()
    const flow = await updateFlowTags(tx, workspace_id, id, tags, now)
    if (flow === null) throw flowNotFound()
    await emitChanges(ctx, tx, workspace_id, [changeOf('updated', flow)], now)
  })
}

/** A flow with its deployments and all its runs. False when there is no such flow. */
export async function removeFlow(ctx: Context, workspace_id: string, id: string): Promise<boolean> {
  if ((await findFlow(ctx.db, workspace_id, { id })) === null) return false
  await deleteRunsOfFlow(ctx, workspace_id, id)
  return await ctx.db.transaction(async (tx) => {
    const flow = await deleteFlow(tx, workspace_id, id)
    if (flow === null) return false
    await emitChanges(ctx, tx, workspace_id, [changeOf('deleted', flow)], ctx.clock.now())
    return true
  })
}

/** Tells which are gone. */
export async function removeFlows(
  ctx: Context,
  workspace_id: string,
  selection: { readonly filters: JoinedFilters; readonly limit: number },
): Promise<readonly string[]> {
  const flows = await listFlows(ctx.db, workspace_id, { ...selection, sort: 'NAME_ASC', offset: 0 })
  const gone: string[] = []
  for (const { id } of flows) if (await removeFlow(ctx, workspace_id, id)) gone.push(id)
  return gone
}

export function flowNotFound(): Error {
  return problem(404, 'Flow not found')
}

function changeOf(change: Change, { id, name, tags, labels }: FlowRow): ResourceChange {
  return { kind: 'flow', change, id, name, payload: { name, tags, labels: toPlain(labels) } }
}
