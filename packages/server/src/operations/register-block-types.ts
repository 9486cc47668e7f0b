import type { Context } from '../context.ts'
import { REGISTERED_BLOCK_TYPES, registeredChecksum } from '../domain/blocks/registry.ts'
import { insertBlockSchema } from '../store/block-schemas.ts'
import { findBlockType, insertBlockType } from '../store/block-types.ts'

/**
 * The types that every workspace has, so that tools find them before any client registers its own. What is there is
 * left alone: a client may have given a type another logo or a newer schema. Safe on several servers at once.
 */
export async function registerBlockTypes(
  { db, clock, ids }: Pick<Context, 'db' | 'clock' | 'ids'>,
  workspace_id: string,
): Promise<void> {
  await db.transaction(async (tx) => {
    for (const { schema, ...type } of REGISTERED_BLOCK_TYPES) {
      const created = clock.now()
      await insertBlockType(tx, { ...type, id: ids.uuid(), workspace_id, created })
      const row = await findBlockType(tx, workspace_id, { slug: type.slug })
      if (row === null) continue
      await insertBlockSchema(tx, {
        ...schema,
        id: ids.uuid(),
        workspace_id,
        created,
        checksum: registeredChecksum(schema),
        block_type_id: row.id,
      })
    }
  })
}
