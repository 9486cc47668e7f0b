import type { Json } from '@slipway/contract'
import type { Context } from '../context.ts'
import { problem } from '../errors.ts'
import type { Change, ResourceChange } from '../events/resource-event.ts'
import type { VariableRow } from '../store/rows.ts'
import {
  deleteVariable,
  insertVariable,
  updateVariable,
  type VariableKey,
  type VariablePatch,
} from '../store/variables.ts'
import { emitChanges } from './emit-change.ts'

export interface NewVariable {
  readonly name: string
  readonly value: Json
  readonly tags: readonly string[]
}

export async function createVariable(
  ctx: Context,
  workspace_id: string,
  { name, value, tags }: NewVariable,
): Promise<VariableRow> {
  return await ctx.db.transaction(async (tx) => {
    const now = ctx.clock.now()
    const row = await insertVariable(tx, { id: ctx.ids.uuid(), workspace_id, created: now, name, value, tags })
    if (row === null) throw problem(409, `A variable with the name '${name}' already exists.`)
    await emitChanges(ctx, tx, workspace_id, [changeOf('created', row)], now)
    return row
  })
}

export async function changeVariable(
  ctx: Context,
  workspace_id: string,
  key: VariableKey,
  patch: VariablePatch,
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const now = ctx.clock.now()
    const row = await updateVariable(tx, workspace_id, key, patch, now)
    if (row === null) throw variableNotFound()
    await emitChanges(ctx, tx, workspace_id, [changeOf('updated', row)], now)
  })
}

export async function removeVariable(ctx: Context, workspace_id: string, key: VariableKey): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const row = await deleteVariable(tx, workspace_id, key)
    if (row === null) throw variableNotFound()
    await emitChanges(ctx, tx, workspace_id, [changeOf('deleted', row)], ctx.clock.now())
  })
}

export function variableNotFound(): Error {
  return problem(404, 'Variable not found.')
}

function changeOf(change: Change, { id, name, value, tags }: VariableRow): ResourceChange {
  return { kind: 'variable', change, id, name, payload: { name, value, tags } }
}
