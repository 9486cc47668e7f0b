import { Type, type Static } from 'typebox'
import { Uuid } from './ids.ts'
import { DateTime, JsonObject, Name } from './json.ts'
import { Default, MapOf, Nullable, Strict } from './schema.ts'

const Slug = Type.String({ check: 'slug' })

export const BlockTypeCreate = Strict({
  name: Name,
  slug: Slug,
  logo_url: Default(Nullable(Type.String()), null),
  documentation_url: Default(Nullable(Type.String()), null),
  description: Default(Nullable(Type.String()), null),
  code_example: Default(Nullable(Type.String()), null),
})
export type BlockTypeCreate = Static<typeof BlockTypeCreate>

export const BlockTypeUpdate = Strict({
  logo_url: Type.Optional(Nullable(Type.String())),
  documentation_url: Type.Optional(Nullable(Type.String())),
  description: Type.Optional(Nullable(Type.String())),
  code_example: Type.Optional(Nullable(Type.String())),
})
export type BlockTypeUpdate = Static<typeof BlockTypeUpdate>

export const BlockType = Type.Object({
  id: Uuid,
  created: Nullable(DateTime),
  updated: Nullable(DateTime),
  name: Name,
  slug: Type.String(),
  logo_url: Nullable(Type.String()),
  documentation_url: Nullable(Type.String()),
  description: Nullable(Type.String()),
  code_example: Nullable(Type.String()),
  is_protected: Type.Boolean(),
})
export type BlockType = Static<typeof BlockType>

export const BlockSchemaCreate = Strict({
  fields: Default(JsonObject, {}),
  block_type_id: Uuid,
  capabilities: Default(Type.Array(Type.String()), []),
  version: Default(Type.String(), 'non-versioned'),
})
export type BlockSchemaCreate = Static<typeof BlockSchemaCreate>

export const BlockSchema = Type.Object({
  id: Uuid,
  created: Nullable(DateTime),
  updated: Nullable(DateTime),
  checksum: Type.String(),
  fields: JsonObject,
  block_type_id: Nullable(Uuid),
  block_type: Nullable(BlockType),
  capabilities: Type.Array(Type.String()),
  version: Type.String(),
})
export type BlockSchema = Static<typeof BlockSchema>

const BlockDocumentName = Type.String({ pattern: '^[^/%&><]+$', check: 'slug' })

export const BlockDocumentCreate = Strict(
  {
    name: Default(Nullable(BlockDocumentName), null),
    data: Default(JsonObject, {}),
    block_schema_id: Uuid,
    block_type_id: Uuid,
    is_anonymous: Default(Type.Boolean(), false),
  },
  { check: 'block-document' },
)
export type BlockDocumentCreate = Static<typeof BlockDocumentCreate>

export const BlockDocumentUpdate = Strict({
  block_schema_id: Type.Optional(Nullable(Uuid)),
  data: Type.Optional(JsonObject),
  merge_existing_data: Type.Optional(Type.Boolean()),
})
export type BlockDocumentUpdate = Static<typeof BlockDocumentUpdate>

export const BlockDocument = Type.Object({
  id: Uuid,
  created: Nullable(DateTime),
  updated: Nullable(DateTime),
  name: Nullable(Name),
  data: JsonObject,
  block_schema_id: Uuid,
  block_schema: Nullable(BlockSchema),
  block_type_id: Uuid,
  block_type_name: Nullable(Type.String()),
  block_type: Nullable(BlockType),
  block_document_references: MapOf(JsonObject),
  is_anonymous: Type.Boolean(),
})
export type BlockDocument = Static<typeof BlockDocument>
