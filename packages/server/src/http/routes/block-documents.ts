import { operations } from '@slipway/contract'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { EdgeContext } from '../../context.ts'
import { describeBlockDocument, describeBlockDocuments } from '../../operations/describe-blocks.ts'
import {
  blockDocumentNotFound,
  changeBlockDocument,
  createBlockDocument,
  removeBlockDocument,
} from '../../operations/edit-block-documents.ts'
import { countBlockDocuments, listBlockDocuments, listBlockDocumentsById } from '../../store/block-documents.ts'
import { requireSecretsAllowed } from '../include-secrets.ts'
import { mount } from '../mount.ts'

export function mountBlockDocumentRoutes(app: FastifyInstance, ctx: EdgeContext): void {
  mount(app, operations.createBlockDocument, ({ body, query, workspace_id, request }) =>
    createBlockDocument(ctx, workspace_id, body, { validate: query.validate || asksForValidation(request) }),
  )
  mount(app, operations.readBlockDocument, async ({ params, query, workspace_id, caller }) => {
    requireSecretsAllowed(caller, query.include_secrets)
    const [row] = await listBlockDocumentsById(ctx.db, workspace_id, [params.id])
    const document = await describeBlockDocument(ctx, ctx.db, row, query)
    if (document === null) throw blockDocumentNotFound()
    return document
  })
  mount(app, operations.readBlockDocuments, async ({ body, workspace_id, caller }) => {
    const { block_documents = null, block_types = null, block_schemas = null, sort, limit, offset } = body
    requireSecretsAllowed(caller, body.include_secrets)
    const criteria = { block_documents, block_types, block_schemas, sort, limit, offset }
    const rows = await listBlockDocuments(ctx.db, workspace_id, criteria)
    return await describeBlockDocuments(ctx, ctx.db, workspace_id, rows, body)
  })
  mount(app, operations.countBlockDocuments, ({ body, workspace_id }) => {
    const { block_documents = null, block_types = null, block_schemas = null } = body
    return countBlockDocuments(ctx.db, workspace_id, { block_documents, block_types, block_schemas })
  })
  mount(app, operations.updateBlockDocument, ({ params, body, query, workspace_id, request }) =>
    changeBlockDocument(ctx, workspace_id, params.id, {
      patch: body,
      validate: query.validate || asksForValidation(request),
    }),
  )
  mount(app, operations.deleteBlockDocument, ({ params, workspace_id }) =>
    removeBlockDocument(ctx, workspace_id, params.id),
  )
}

/** For tools that cannot add to the path. */
function asksForValidation({ headers }: FastifyRequest): boolean {
  return headers['slipway-validate'] === 'true'
}
