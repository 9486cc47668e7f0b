import { operations, PAGE_LIMIT } from '@slipway/contract'
import type { FastifyInstance } from 'fastify'
import type { EdgeContext } from '../../context.ts'
import { blockTypeResponse, describeBlockDocument, describeBlockDocuments } from '../../operations/describe-blocks.ts'
import { blockDocumentNotFound } from '../../operations/edit-block-documents.ts'
import {
  blockTypeNotFound,
  changeBlockType,
  createBlockType,
  removeBlockType,
} from '../../operations/edit-block-types.ts'
import { registerBlockTypes } from '../../operations/register-block-types.ts'
import { findBlockDocumentByName, listBlockDocuments } from '../../store/block-documents.ts'
import { listCapabilities } from '../../store/block-schemas.ts'
import { findBlockType, listBlockTypes } from '../../store/block-types.ts'
import { requireSecretsAllowed } from '../include-secrets.ts'
import { mount } from '../mount.ts'

export function mountBlockTypeRoutes(app: FastifyInstance, ctx: EdgeContext): void {
  const find = async (workspace_id: string, key: Parameters<typeof findBlockType>[2]) => {
    const row = await findBlockType(ctx.db, workspace_id, key)
    if (row === null) throw blockTypeNotFound()
    return blockTypeResponse(row)
  }
  mount(app, operations.createBlockType, async ({ body, workspace_id }) =>
    blockTypeResponse(await createBlockType(ctx, workspace_id, body)),
  )
  mount(app, operations.readBlockType, ({ params, workspace_id }) => find(workspace_id, params))
  mount(app, operations.readBlockTypeBySlug, ({ params, workspace_id }) => find(workspace_id, params))
  mount(app, operations.updateBlockType, ({ params, body, workspace_id }) =>
    changeBlockType(ctx, workspace_id, params.id, body),
  )
  mount(app, operations.deleteBlockType, ({ params, workspace_id }) => removeBlockType(ctx, workspace_id, params.id))
  mount(app, operations.readBlockTypes, async ({ body, workspace_id }) => {
    const { block_types = null, block_schemas = null, limit, offset } = body
    const rows = await listBlockTypes(ctx.db, workspace_id, { block_types, block_schemas, limit, offset })
    return rows.map(blockTypeResponse)
  })
  mount(app, operations.installSystemBlockTypes, async ({ workspace_id }) => {
    await registerBlockTypes(ctx, workspace_id)
    return null
  })
  mount(app, operations.readAvailableBlockCapabilities, async ({ workspace_id }) => [
    ...(await listCapabilities(ctx.db, workspace_id)),
  ])
  mount(app, operations.readBlockDocumentsForBlockType, async ({ params, query, workspace_id, caller }) => {
    requireSecretsAllowed(caller, query.include_secrets)
    const type = await find(workspace_id, params)
    const rows = await listBlockDocuments(ctx.db, workspace_id, {
      block_documents: { block_type_id: { any_: [type.id] }, is_anonymous: { eq_: false } },
      block_types: null,
      block_schemas: null,
      sort: 'NAME_ASC',
      limit: PAGE_LIMIT,
      offset: 0,
    })
    return await describeBlockDocuments(ctx, ctx.db, workspace_id, rows, query)
  })
  mount(app, operations.readBlockDocumentByNameForBlockType, async ({ params, query, workspace_id, caller }) => {
    requireSecretsAllowed(caller, query.include_secrets)
    const key = { slug: params.slug, name: params.block_document_name }
    const row = await findBlockDocumentByName(ctx.db, workspace_id, key)
    const document = await describeBlockDocument(ctx, ctx.db, row, query)
    if (document === null) throw blockDocumentNotFound()
    return document
  })
}
