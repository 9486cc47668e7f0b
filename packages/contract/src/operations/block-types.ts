import { Type } from 'typebox'
import { BlockDocument, BlockType, BlockTypeCreate, BlockTypeUpdate } from '../blocks.ts'
import { BlockSchemaFilter, BlockTypeFilter } from '../filters/blocks.ts'
import { ById } from '../ids.ts'
import { Json } from '../json.ts'
import { operation } from '../operation.ts'
import { IncludeSecrets } from './include-secrets.ts'
import { PageLimit, PageOffset } from '../paging.ts'
import { Nullable } from '../schema.ts'

export const createBlockType = operation({
  id: 'createBlockType',
  method: 'POST',
  path: '/block_types/',
  summary: 'Create a block type',
  tags: ['Block types'],
  scope: 'deploy',
  body: BlockTypeCreate,
  response: BlockType,
  status: 201,
})

export const updateBlockType = operation({
  id: 'updateBlockType',
  method: 'PATCH',
  path: '/block_types/{id}',
  summary: 'Change a block type',
  tags: ['Block types'],
  scope: 'deploy',
  params: ById,
  body: BlockTypeUpdate,
  status: 204,
  errors: [404],
})

export const readBlockType = operation({
  id: 'readBlockType',
  method: 'GET',
  path: '/block_types/{id}',
  summary: 'Read a block type',
  tags: ['Block types'],
  scope: 'read',
  params: ById,
  response: BlockType,
  errors: [404],
})

export const readBlockTypeBySlug = operation({
  id: 'readBlockTypeBySlug',
  method: 'GET',
  path: '/block_types/slug/{slug}',
  summary: 'Find a block type by its slug',
  tags: ['Block types'],
  scope: 'read',
  params: Type.Object({ slug: Type.String() }),
  response: BlockType,
  errors: [404],
})

export const deleteBlockType = operation({
  id: 'deleteBlockType',
  method: 'DELETE',
  path: '/block_types/{id}',
  summary: 'Delete a block type with its schemas and documents',
  tags: ['Block types'],
  scope: 'deploy',
  params: ById,
  status: 204,
  errors: [404],
})

export const readBlockTypes = operation({
  id: 'readBlockTypes',
  method: 'POST',
  path: '/block_types/filter',
  summary: 'List block types',
  tags: ['Block types'],
  scope: 'read',
  body: Type.Object({
    block_types: Type.Optional(Nullable(BlockTypeFilter)),
    block_schemas: Type.Optional(Nullable(BlockSchemaFilter)),
    offset: PageOffset,
    limit: PageLimit,
  }),
  embedded: true,
  response: Type.Array(BlockType),
})

export const readBlockDocumentsForBlockType = operation({
  id: 'readBlockDocumentsForBlockType',
  method: 'GET',
  path: '/block_types/slug/{slug}/block_documents',
  summary: 'List the documents of a block type',
  tags: ['Block types'],
  scope: 'read',
  params: Type.Object({ slug: Type.String() }),
  query: Type.Object({ include_secrets: IncludeSecrets }),
  response: Type.Array(BlockDocument),
  errors: [404],
})

export const readBlockDocumentByNameForBlockType = operation({
  id: 'readBlockDocumentByNameForBlockType',
  method: 'GET',
  path: '/block_types/slug/{slug}/block_documents/name/{block_document_name}',
  summary: 'Find a block document by block type and name',
  tags: ['Block types'],
  scope: 'read',
  params: Type.Object({ slug: Type.String(), block_document_name: Type.String() }),
  query: Type.Object({ include_secrets: IncludeSecrets }),
  response: BlockDocument,
  errors: [404],
})

export const installSystemBlockTypes = operation({
  id: 'installSystemBlockTypes',
  method: 'POST',
  path: '/block_types/install_system_block_types',
  summary: 'Register the block types that the server brings along',
  tags: ['Block types'],
  scope: 'admin',
  response: Json,
})

export const readAvailableBlockCapabilities = operation({
  id: 'readAvailableBlockCapabilities',
  method: 'GET',
  path: '/block_capabilities/',
  summary: 'List the capabilities that block schemas declare',
  tags: ['Block types'],
  scope: 'read',
  response: Type.Array(Type.String()),
})
