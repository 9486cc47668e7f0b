import { Type, type Static } from 'typebox'
import { Uuid } from './ids.ts'
import { DateTime, Labels, Name } from './json.ts'
import { Default, Integer, Nullable, Strict } from './schema.ts'

export const FlowCreate = Strict({
  name: Name,
  tags: Default(Type.Array(Type.String()), []),
  labels: Default(Nullable(Labels), {}),
})
export type FlowCreate = Static<typeof FlowCreate>

export const FlowUpdate = Strict({
  tags: Type.Optional(Type.Array(Type.String())),
})
export type FlowUpdate = Static<typeof FlowUpdate>

export const Flow = Type.Object({
  id: Uuid,
  created: Nullable(DateTime),
  updated: Nullable(DateTime),
  name: Name,
  tags: Type.Array(Type.String()),
  labels: Nullable(Labels),
})
export type Flow = Static<typeof Flow>

export const FlowPaginationResponse = Type.Object({
  results: Type.Array(Flow),
  count: Integer(),
  limit: Integer(),
  pages: Integer(),
  page: Integer(),
})
export type FlowPaginationResponse = Static<typeof FlowPaginationResponse>

export const FlowBulkDeleteResponse = Type.Object({
  deleted: Type.Array(Uuid),
})
export type FlowBulkDeleteResponse = Static<typeof FlowBulkDeleteResponse>
