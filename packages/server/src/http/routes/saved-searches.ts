import { operations, type SavedSearch, type SavedSearchFilter } from '@slipway/contract'
import type { FastifyInstance } from 'fastify'
import type { EdgeContext } from '../../context.ts'
import { problem } from '../../errors.ts'
import { saveSearch } from '../../operations/save-search.ts'
import type { SavedSearchRow } from '../../store/rows.ts'
import { deleteSavedSearch, findSavedSearch, listSavedSearches } from '../../store/saved-searches.ts'
import { mount, reply } from '../mount.ts'

export function mountSavedSearchRoutes(app: FastifyInstance, ctx: EdgeContext): void {
  mount(app, operations.createSavedSearch, async ({ body, workspace_id }) => {
    const { row, created } = await saveSearch(ctx, workspace_id, body)
    return reply(created ? 201 : 200, savedSearchResponse(row))
  })
  mount(app, operations.readSavedSearch, async ({ params, workspace_id }) => {
    const row = await findSavedSearch(ctx.db, workspace_id, params.id)
    if (row === null) throw savedSearchNotFound()
    return savedSearchResponse(row)
  })
  mount(app, operations.readSavedSearches, async ({ body, workspace_id }) =>
    (await listSavedSearches(ctx.db, workspace_id, body)).map(savedSearchResponse),
  )
  mount(app, operations.deleteSavedSearch, async ({ params, workspace_id }) => {
    if (!(await deleteSavedSearch(ctx.db, workspace_id, params.id))) throw savedSearchNotFound()
  })
}

function savedSearchNotFound(): Error {
  return problem(404, 'Saved search not found')
}

function savedSearchResponse({ id, created, updated, name, filters }: SavedSearchRow): SavedSearch {
  // Validated as such when it was written.
  return { id, created, updated, name, filters: filters as unknown as SavedSearchFilter[] }
}
