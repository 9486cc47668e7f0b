import { Type } from 'typebox'
import { ById } from '../ids.ts'
import { operation } from '../operation.ts'
import { PageLimit, PageOffset } from '../paging.ts'
import { SavedSearch, SavedSearchCreate } from '../saved-searches.ts'

export const createSavedSearch = operation({
  id: 'createSavedSearch',
  method: 'PUT',
  path: '/saved_searches/',
  summary: 'Save a search, replacing the one that has this name',
  tags: ['Saved searches'],
  scope: 'run',
  body: SavedSearchCreate,
  response: SavedSearch,
  otherStatuses: [201],
})

export const readSavedSearch = operation({
  id: 'readSavedSearch',
  method: 'GET',
  path: '/saved_searches/{id}',
  summary: 'Read a saved search',
  tags: ['Saved searches'],
  scope: 'read',
  params: ById,
  response: SavedSearch,
  errors: [404],
})

export const deleteSavedSearch = operation({
  id: 'deleteSavedSearch',
  method: 'DELETE',
  path: '/saved_searches/{id}',
  summary: 'Delete a saved search',
  tags: ['Saved searches'],
  scope: 'run',
  params: ById,
  status: 204,
  errors: [404],
})

export const readSavedSearches = operation({
  id: 'readSavedSearches',
  method: 'POST',
  path: '/saved_searches/filter',
  summary: 'List saved searches',
  tags: ['Saved searches'],
  scope: 'read',
  body: Type.Object({ offset: PageOffset, limit: PageLimit }),
  embedded: true,
  response: Type.Array(SavedSearch),
})
