import { operations } from '@slipway/contract'
import type { FastifyInstance } from 'fastify'
import type { EdgeContext } from '../../context.ts'
import { problem } from '../../errors.ts'
import { blockSchemaResponse, describeBlockSchemas } from '../../operations/describe-blocks.ts'
import { registerBlockSchema } from '../../operations/register-block-schema.ts'
import {
  deleteBlockSchema,
  findBlockSchema,
  findBlockSchemaByChecksum,
  listBlockSchemas,
} from '../../store/block-schemas.ts'
import type { BlockSchemaRow } from '../../store/rows.ts'
import { mount, reply } from '../mount.ts'

export function mountBlockSchemaRoutes(app: FastifyInstance, ctx: EdgeContext): void {
  const describe = async (workspace_id: string, row: BlockSchemaRow | null) => {
    const [schema] = await describeBlockSchemas(ctx.db, workspace_id, row === null ? [] : [row])
    if (schema === undefined) throw blockSchemaNotFound()
    return schema
  }
  mount(app, operations.createBlockSchema, async ({ body, workspace_id }) => {
    const { row, type, created } = await registerBlockSchema(ctx, workspace_id, body)
    return reply(created ? 201 : 200, blockSchemaResponse(row, type))
  })
  mount(app, operations.readBlockSchema, async ({ params, workspace_id }) =>
    describe(workspace_id, await findBlockSchema(ctx.db, workspace_id, params.id)),
  )
  mount(app, operations.readBlockSchemaByChecksum, async ({ params, query, workspace_id }) => {
    const key = { checksum: params.checksum, version: query.version ?? null }
    return await describe(workspace_id, await findBlockSchemaByChecksum(ctx.db, workspace_id, key))
  })
  mount(app, operations.readBlockSchemas, async ({ body, workspace_id }) => {
    const { block_schemas: filter = null, limit, offset } = body
    const rows = await listBlockSchemas(ctx.db, workspace_id, { filter, limit, offset })
    return await describeBlockSchemas(ctx.db, workspace_id, rows)
  })
  mount(app, operations.deleteBlockSchema, async ({ params, workspace_id }) => {
    if (!(await deleteBlockSchema(ctx.db, workspace_id, params.id))) throw blockSchemaNotFound()
  })
}

function blockSchemaNotFound(): Error {
  return problem(404, 'Block schema not found')
}
