import { Type } from 'typebox'
import { BlockDocument, BlockDocumentCreate, BlockDocumentUpdate, BlockSchema, BlockSchemaCreate } from '../blocks.ts'
import { BlockDocumentFilter, BlockDocumentSort, BlockSchemaFilter, BlockTypeFilter } from '../filters/blocks.ts'
import { ById } from '../ids.ts'
import { BODY_16_MIB, operation } from '../operation.ts'
import { IncludeSecrets } from './include-secrets.ts'
import { PageLimit, PageOffset } from '../paging.ts'
import { Default, Integer, Nullable } from '../schema.ts'

/** Credentials that no work pool could use are refused. Other clients save blocks in parts, so it is asked for. */
const Validate = Default(Type.Boolean(), false)

export const createBlockSchema = operation({
  id: 'createBlockSchema',
  method: 'POST',
  path: '/block_schemas/',
  summary: 'Create a block schema, or return the one with this checksum and version',
  tags: ['Block schemas and documents'],
  scope: 'deploy',
  body: BlockSchemaCreate,
  response: BlockSchema,
  status: 201,
  otherStatuses: [200],
  maxBodyBytes: BODY_16_MIB,
})

export const readBlockSchema = operation({
  id: 'readBlockSchema',
  method: 'GET',
  path: '/block_schemas/{id}',
  summary: 'Read a block schema',
  tags: ['Block schemas and documents'],
  scope: 'read',
  params: ById,
  response: BlockSchema,
  errors: [404],
})

export const readBlockSchemaByChecksum = operation({
  id: 'readBlockSchemaByChecksum',
  method: 'GET',
  path: '/block_schemas/checksum/{checksum}',
  summary: 'Find a block schema by its checksum',
  tags: ['Block schemas and documents'],
  scope: 'read',
  params: Type.Object({ checksum: Type.String() }),
  query: Type.Object({ version: Type.Optional(Type.String()) }),
  response: BlockSchema,
  errors: [404],
})

export const readBlockSchemas = operation({
  id: 'readBlockSchemas',
  method: 'POST',
  path: '/block_schemas/filter',
  summary: 'List block schemas, newest first',
  tags: ['Block schemas and documents'],
  scope: 'read',
  body: Type.Object({
    block_schemas: Type.Optional(Nullable(BlockSchemaFilter)),
    offset: PageOffset,
    limit: PageLimit,
  }),
  embedded: true,
  response: Type.Array(BlockSchema),
})

export const deleteBlockSchema = operation({
  id: 'deleteBlockSchema',
  method: 'DELETE',
  path: '/block_schemas/{id}',
  summary: 'Delete a block schema',
  tags: ['Block schemas and documents'],
  scope: 'deploy',
  params: ById,
  status: 204,
  errors: [404],
})

export const createBlockDocument = operation({
  id: 'createBlockDocument',
  method: 'POST',
  path: '/block_documents/',
  summary: 'Create a block document',
  tags: ['Block schemas and documents'],
  scope: 'deploy',
  query: Type.Object({ validate: Validate }),
  body: BlockDocumentCreate,
  response: BlockDocument,
  status: 201,
  sensitive: true,
  maxBodyBytes: BODY_16_MIB,
})

export const readBlockDocuments = operation({
  id: 'readBlockDocuments',
  method: 'POST',
  path: '/block_documents/filter',
  summary: 'List block documents',
  tags: ['Block schemas and documents'],
  scope: 'read',
  body: Type.Object({
    block_documents: Type.Optional(Nullable(BlockDocumentFilter)),
    block_types: Type.Optional(Nullable(BlockTypeFilter)),
    block_schemas: Type.Optional(Nullable(BlockSchemaFilter)),
    include_secrets: Default(Type.Boolean(), false),
    sort: Default(Nullable(BlockDocumentSort), 'NAME_ASC'),
    offset: PageOffset,
    limit: PageLimit,
  }),
  embedded: true,
  response: Type.Array(BlockDocument),
})

export const countBlockDocuments = operation({
  id: 'countBlockDocuments',
  method: 'POST',
  path: '/block_documents/count',
  summary: 'Count block documents',
  tags: ['Block schemas and documents'],
  scope: 'read',
  body: Type.Object({
    block_documents: Type.Optional(Nullable(BlockDocumentFilter)),
    block_types: Type.Optional(Nullable(BlockTypeFilter)),
    block_schemas: Type.Optional(Nullable(BlockSchemaFilter)),
  }),
  embedded: true,
  response: Integer(),
})

export const readBlockDocument = operation({
  id: 'readBlockDocument',
  method: 'GET',
  path: '/block_documents/{id}',
  summary: 'Read a block document',
  tags: ['Block schemas and documents'],
  scope: 'read',
  params: ById,
  query: Type.Object({ include_secrets: IncludeSecrets }),
  response: BlockDocument,
  errors: [404],
})

export const updateBlockDocument = operation({
  id: 'updateBlockDocument',
  method: 'PATCH',
  path: '/block_documents/{id}',
  summary: 'Change a block document',
  tags: ['Block schemas and documents'],
  scope: 'deploy',
  params: ById,
  query: Type.Object({ validate: Validate }),
  body: BlockDocumentUpdate,
  status: 204,
  errors: [404],
  sensitive: true,
  maxBodyBytes: BODY_16_MIB,
})

export const deleteBlockDocument = operation({
  id: 'deleteBlockDocument',
  method: 'DELETE',
  path: '/block_documents/{id}',
  summary: 'Delete a block document',
  tags: ['Block schemas and documents'],
  scope: 'deploy',
  params: ById,
  status: 204,
  errors: [404],
})
