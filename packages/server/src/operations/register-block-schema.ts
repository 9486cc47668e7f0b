import type { JsonObject, Timestamp } from '@slipway/contract'
import type { Context } from '../context.ts'
import { blockSchemaChecksum } from '../domain/blocks/checksum.ts'
import { type NestedSchema, nestedSchemas } from '../domain/blocks/schemas.ts'
import { problem } from '../errors.ts'
import { findBlockSchemaByChecksum, insertBlockSchema } from '../store/block-schemas.ts'
import { findBlockType, listBlockTypeIds } from '../store/block-types.ts'
import type { Transaction } from '../store/database.ts'
import type { BlockSchemaRow, BlockTypeRow } from '../store/rows.ts'

export interface NewSchema {
  readonly block_type_id: string
  readonly fields: JsonObject
  readonly capabilities: readonly string[]
  readonly version: string
}

/** Version of schemas that came as part of another one. */
const NESTED_VERSION = 'non-versioned'

/**
 * Clients send a schema without its checksum, once they have not found it by the checksum that they computed; one that
 * is there is returned as it is. Schemas of nested blocks that are not known yet are registered with it.
 */
export async function registerBlockSchema(
  ctx: Context,
  workspace_id: string,
  { block_type_id, fields, capabilities, version }: NewSchema,
): Promise<{ readonly row: BlockSchemaRow; readonly type: BlockTypeRow; readonly created: boolean }> {
  return await ctx.db.transaction(async (tx) => {
    const now = ctx.clock.now()
    const type = await findBlockType(tx, workspace_id, { id: block_type_id })
    if (type === null) throw problem(404, `Block type ${block_type_id} not found.`)
    await registerNested(ctx, tx, workspace_id, nestedSchemas(fields), now)
    const checksum = blockSchemaChecksum(fields)
    const row = await insertBlockSchema(tx, {
      id: ctx.ids.uuid(),
      workspace_id,
      created: now,
      checksum,
      fields,
      block_type_id,
      capabilities,
      version,
    })
    if (row !== null) return { row, type, created: true }
    const existing = await findBlockSchemaByChecksum(tx, workspace_id, { checksum, version })
    if (existing === null) throw new Error(`Block schema ${checksum} was deleted while it was being registered`)
    const own = await findBlockType(tx, workspace_id, { id: existing.block_type_id })
    return { row: existing, type: own ?? type, created: false }
  })
}

async function registerNested(
  ctx: Context,
  tx: Transaction,
  workspace_id: string,
  nested: readonly NestedSchema[],
  now: Timestamp,
): Promise<void> {
  if (nested.length === 0) return
  const slugs = nested.map(({ block_type_slug }) => block_type_slug)
  const types = new Map((await listBlockTypeIds(tx, workspace_id, slugs)).map(({ slug, id }) => [slug, id]))
  for (const { block_type_slug, fields } of nested) {
    const block_type_id = types.get(block_type_slug)
    if (block_type_id === undefined) {
      throw problem(
        409,
        `Cannot create block schema because block type '${block_type_slug}' was not found.Did you forget to register the block type?`,
      )
    }
    if (fields === null) continue
    const checksum = blockSchemaChecksum(fields)
    if ((await findBlockSchemaByChecksum(tx, workspace_id, { checksum, version: null })) !== null) continue
    const schema = { checksum, fields, block_type_id, capabilities: [], version: NESTED_VERSION }
    await insertBlockSchema(tx, { ...schema, id: ctx.ids.uuid(), workspace_id, created: now })
  }
}
