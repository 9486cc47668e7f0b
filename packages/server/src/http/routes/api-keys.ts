import { operations } from '@slipway/contract'
import type { FastifyInstance } from 'fastify'
import type { EdgeContext } from '../../context.ts'
import { createApiKey, readApiKeys, revokeApiKey } from '../../operations/api-keys.ts'
import { mount } from '../mount.ts'

export function mountApiKeyRoutes(app: FastifyInstance, ctx: EdgeContext): void {
  mount(app, operations.createApiKey, ({ body, workspace_id }) => createApiKey(ctx, workspace_id, body))
  mount(app, operations.readApiKeys, ({ workspace_id }) => readApiKeys(ctx, workspace_id))
  mount(app, operations.revokeApiKey, ({ params, workspace_id }) => revokeApiKey(ctx, workspace_id, params.id))
}
