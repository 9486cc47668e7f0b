import { addSeconds, type CsrfToken, operations, PREFECT_API_VERSION, PREFECT_VERSION } from '@slipway/contract'
import type { FastifyInstance } from 'fastify'
import { explainConfig } from '../../config.ts'
import type { EdgeContext } from '../../context.ts'
import { problem } from '../../errors.ts'
import { clearResultStorage, findResultStorage, setResultStorage } from '../../operations/result-storage.ts'
import type { AppStatus } from '../app.ts'
import { mount, reply } from '../mount.ts'
import { workPoolTypesView } from './collections.ts'

export function mountAdminRoutes(app: FastifyInstance, ctx: EdgeContext, status: AppStatus): void {
  mount(app, operations.health, async () => {
    if (await status.isHealthy()) return true
    return reply(503, false)
  })
  mount(app, operations.ready, () => {
    const { ready, body } = status.isReady()
    return reply(ready ? 200 : 503, body as never)
  })
  mount(app, operations.hello, () => '👋')
  mount(app, operations.version, () => PREFECT_API_VERSION)
  mount(app, operations.adminVersion, () => PREFECT_VERSION)
  mount(app, operations.csrfToken, ({ query, caller }) => {
    if (caller.kind === 'run') return clientToken(ctx, query.client)
    // Clients look for this very sentence, and then never ask again.
    throw problem(422, 'CSRF protection is disabled.')
  })
  mount(app, operations.adminSettings, () =>
    Object.fromEntries(explainConfig(ctx.config).map(({ name, value }) => [name, value as string])),
  )
  mount(app, operations.readServerDefaultResultStorage, async ({ workspace_id }) => ({
    default_result_storage_block_id: await findResultStorage(ctx.db, workspace_id),
  }))
  mount(app, operations.updateServerDefaultResultStorage, async ({ workspace_id, body }) => {
    await setResultStorage(ctx, workspace_id, body.default_result_storage_block_id)
    return { default_result_storage_block_id: body.default_result_storage_block_id }
  })
  mount(app, operations.clearServerDefaultResultStorage, ({ workspace_id }) => clearResultStorage(ctx, workspace_id))
  mount(app, operations.readViewContent, ({ params }) => {
    if (params.view === 'aggregate-worker-metadata')
      return workPoolTypesView(ctx.providers.types.flatMap((type) => ctx.providers.describe(type) ?? []))
    if (params.view === 'aggregate-block-metadata' || params.view === 'aggregate-flow-metadata') return {}
    throw problem(404, `View ${params.view} not found in registry`)
  })
}

const TOKEN_SECONDS = 7 * 86_400

/**
 * A container's client is given a token not for its worth, which is none, but because it then names itself in every
 * request. By that name the start fence knows one process from another.
 */
function clientToken(ctx: EdgeContext, client: string): CsrfToken {
  const now = ctx.clock.now()
  const expiration = addSeconds(now, TOKEN_SECONDS)
  return { id: ctx.ids.uuid(), created: now, updated: now, token: 'unused', client, expiration }
}
