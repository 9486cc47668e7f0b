import type { Context } from '../context.ts'
import { problem } from '../errors.ts'
import { listBlockDocumentsById } from '../store/block-documents.ts'
import { listBlockSchemasById } from '../store/block-schemas.ts'
import type { Queryable } from '../store/database.ts'
import { findSetting, removeSetting, writeSetting } from '../store/workspace-settings.ts'

const SETTING = 'default_result_storage_block_id'
/** What a block must be able to do so that results can be kept by it. */
const NEEDED_CAPABILITIES = ['read-path', 'write-path']

/** Where flows keep results when they do not say; null also when that block was deleted. */
export async function findResultStorage(db: Queryable, workspace_id: string): Promise<string | null> {
  const id = await findSetting(db, workspace_id, SETTING)
  if (typeof id !== 'string') return null
  return (await listBlockDocumentsById(db, workspace_id, [id])).length === 1 ? id : null
}

export async function setResultStorage(ctx: Context, workspace_id: string, id: string): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const [document] = await listBlockDocumentsById(tx, workspace_id, [id])
    if (document === undefined) throw problem(404, `Block document ${id} not found.`)
    const [schema] = await listBlockSchemasById(tx, workspace_id, [document.block_schema_id])
    if (!NEEDED_CAPABILITIES.every((capability) => schema?.capabilities.includes(capability) === true)) {
      throw problem(422, `Block document ${id} cannot be used for result storage.`)
    }
    await writeSetting(tx, workspace_id, { key: SETTING, value: id }, ctx.clock.now())
  })
}

export async function clearResultStorage({ db }: Context, workspace_id: string): Promise<void> {
  await removeSetting(db, workspace_id, SETTING)
}
