import { Type, type Static } from 'typebox'
import { Uuid } from './ids.ts'
import { DateTime, Json } from './json.ts'
import { Default, Nullable, Strict } from './schema.ts'

export const SavedSearchFilter = Type.Object({
  object: Type.String(),
  property: Type.String(),
  type: Type.String(),
  operation: Type.String(),
  value: Json,
})
export type SavedSearchFilter = Static<typeof SavedSearchFilter>

export const SavedSearchFilterInput = Type.Object({
  object: Type.String(),
  property: Type.String(),
  type: Type.String(),
  operation: Type.String(),
  value: Json,
})
export type SavedSearchFilterInput = Static<typeof SavedSearchFilterInput>

export const SavedSearchCreate = Strict({
  name: Type.String(),
  filters: Default(Type.Array(SavedSearchFilterInput), []),
})
export type SavedSearchCreate = Static<typeof SavedSearchCreate>

export const SavedSearch = Type.Object({
  id: Uuid,
  created: Nullable(DateTime),
  updated: Nullable(DateTime),
  name: Type.String(),
  filters: Type.Array(SavedSearchFilter),
})
export type SavedSearch = Static<typeof SavedSearch>
