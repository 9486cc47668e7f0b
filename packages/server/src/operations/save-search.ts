import type { Json } from '@slipway/contract'
import type { Context } from '../context.ts'
import type { SavedSearchRow } from '../store/rows.ts'
import { upsertSavedSearch } from '../store/saved-searches.ts'

export async function saveSearch(
  ctx: Context,
  workspace_id: string,
  { name, filters }: { readonly name: string; readonly filters: readonly Json[] },
): Promise<{ readonly row: SavedSearchRow; readonly created: boolean }> {
  const { is_new, ...row } = await upsertSavedSearch(ctx.db, {
    id: ctx.ids.uuid(),
    workspace_id,
    name,
    filters,
    now: ctx.clock.now(),
  })
  return { row, created: is_new }
}
