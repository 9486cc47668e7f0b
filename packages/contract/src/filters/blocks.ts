import { Type, type Static } from 'typebox'
import { Operator } from './operator.ts'
import { Uuid } from '../ids.ts'
import { Default, Nullable, Strict } from '../schema.ts'

export const BlockTypeFilterName = Strict({
  like_: Type.Optional(Nullable(Type.String())),
})
export type BlockTypeFilterName = Static<typeof BlockTypeFilterName>

export const BlockTypeFilterSlug = Strict({
  any_: Type.Optional(Nullable(Type.Array(Type.String()))),
})
export type BlockTypeFilterSlug = Static<typeof BlockTypeFilterSlug>

export const BlockTypeFilter = Strict({
  name: Type.Optional(Nullable(BlockTypeFilterName)),
  slug: Type.Optional(Nullable(BlockTypeFilterSlug)),
})
export type BlockTypeFilter = Static<typeof BlockTypeFilter>

export const BlockSchemaFilterBlockTypeId = Strict({
  any_: Type.Optional(Nullable(Type.Array(Uuid))),
})
export type BlockSchemaFilterBlockTypeId = Static<typeof BlockSchemaFilterBlockTypeId>

export const BlockSchemaFilterCapabilities = Strict({
  all_: Type.Optional(Nullable(Type.Array(Type.String()))),
})
export type BlockSchemaFilterCapabilities = Static<typeof BlockSchemaFilterCapabilities>

export const BlockSchemaFilterId = Strict({
  any_: Type.Optional(Nullable(Type.Array(Uuid))),
})
export type BlockSchemaFilterId = Static<typeof BlockSchemaFilterId>

export const BlockSchemaFilterVersion = Strict({
  any_: Type.Optional(Nullable(Type.Array(Type.String()))),
})
export type BlockSchemaFilterVersion = Static<typeof BlockSchemaFilterVersion>

export const BlockSchemaFilter = Strict({
  operator: Type.Optional(Operator),
  block_type_id: Type.Optional(Nullable(BlockSchemaFilterBlockTypeId)),
  block_capabilities: Type.Optional(Nullable(BlockSchemaFilterCapabilities)),
  id: Type.Optional(Nullable(BlockSchemaFilterId)),
  version: Type.Optional(Nullable(BlockSchemaFilterVersion)),
})
export type BlockSchemaFilter = Static<typeof BlockSchemaFilter>

export const BlockDocumentFilterId = Strict({
  any_: Type.Optional(Nullable(Type.Array(Uuid))),
})
export type BlockDocumentFilterId = Static<typeof BlockDocumentFilterId>

export const BlockDocumentFilterIsAnonymous = Strict({
  eq_: Type.Optional(Nullable(Type.Boolean())),
})
export type BlockDocumentFilterIsAnonymous = Static<typeof BlockDocumentFilterIsAnonymous>

export const BlockDocumentFilterBlockTypeId = Strict({
  any_: Type.Optional(Nullable(Type.Array(Uuid))),
})
export type BlockDocumentFilterBlockTypeId = Static<typeof BlockDocumentFilterBlockTypeId>

export const BlockDocumentFilterName = Strict({
  any_: Type.Optional(Nullable(Type.Array(Type.String()))),
  like_: Type.Optional(Nullable(Type.String())),
})
export type BlockDocumentFilterName = Static<typeof BlockDocumentFilterName>

export const BlockDocumentFilter = Strict({
  operator: Type.Optional(Operator),
  id: Type.Optional(Nullable(BlockDocumentFilterId)),
  is_anonymous: Default(Nullable(BlockDocumentFilterIsAnonymous), { eq_: false }),
  block_type_id: Type.Optional(Nullable(BlockDocumentFilterBlockTypeId)),
  name: Type.Optional(Nullable(BlockDocumentFilterName)),
})
export type BlockDocumentFilter = Static<typeof BlockDocumentFilter>

export const BlockDocumentSort = Type.Enum(['NAME_DESC', 'NAME_ASC', 'BLOCK_TYPE_AND_NAME_ASC'])
export type BlockDocumentSort = Static<typeof BlockDocumentSort>
