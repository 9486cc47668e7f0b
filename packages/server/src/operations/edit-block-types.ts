import type { BlockTypeUpdate } from '@slipway/contract'
import type { Context } from '../context.ts'
import { problem } from '../errors.ts'
import type { Change, ResourceChange } from '../events/resource-event.ts'
import { deleteBlockType, findBlockType, insertBlockType, updateBlockType } from '../store/block-types.ts'
import type { BlockTypeRow } from '../store/rows.ts'
import { emitChanges } from './emit-change.ts'

export type NewBlockType = Pick<
  BlockTypeRow,
  'name' | 'slug' | 'logo_url' | 'documentation_url' | 'description' | 'code_example'
>

export async function createBlockType(ctx: Context, workspace_id: string, given: NewBlockType): Promise<BlockTypeRow> {
  const { name, slug, logo_url, documentation_url, description, code_example } = given
  if (/^prefect/i.test(name)) throw problem(403, "Block type names beginning with 'Prefect' are reserved.")
  const texts = { name, slug, logo_url, documentation_url, description, code_example }
  return await ctx.db.transaction(async (tx) => {
    const created = ctx.clock.now()
    const row = await insertBlockType(tx, { ...texts, id: ctx.ids.uuid(), workspace_id, created, is_protected: false })
    if (row === null) throw problem(409, `Block type with name "${name}" already exists`)
    await emitChanges(ctx, tx, workspace_id, [changeOf('created', row)], created)
    return row
  })
}

export async function changeBlockType(
  ctx: Context,
  workspace_id: string,
  id: string,
  patch: BlockTypeUpdate,
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const now = ctx.clock.now()
    const row = await updateBlockType(tx, workspace_id, id, patch, now)
    if (row === null) throw blockTypeNotFound()
    await emitChanges(ctx, tx, workspace_id, [changeOf('updated', row)], now)
  })
}

/** With all its schemas and documents. */
export async function removeBlockType(ctx: Context, workspace_id: string, id: string): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const row = await findBlockType(tx, workspace_id, { id })
    if (row === null) throw blockTypeNotFound()
    if (row.is_protected) throw problem(403, 'protected block types cannot be deleted.')
    await deleteBlockType(tx, workspace_id, id)
    await emitChanges(ctx, tx, workspace_id, [changeOf('deleted', row)], ctx.clock.now())
  })
}

export function blockTypeNotFound(): Error {
  return problem(404, 'Block type not found')
}

function changeOf(change: Change, row: BlockTypeRow): ResourceChange {
  const { id, name, slug, logo_url, documentation_url, description, code_example, is_protected } = row
  const payload = { name, slug, logo_url, documentation_url, description, code_example, is_protected }
  return { kind: 'block-type', change, id, name, payload }
}
