import type { FastifyInstance } from 'fastify'
import type { EdgeContext } from '../context.ts'
import { mountDocs } from './docs.ts'
import { createApp } from './server.ts'
import { mountAdminRoutes } from './routes/admin.ts'
import { mountBlockDocumentRoutes } from './routes/block-documents.ts'
import { mountBlockSchemaRoutes } from './routes/block-schemas.ts'
import { mountBlockTypeRoutes } from './routes/block-types.ts'
import { mountFlowRunRoutes } from './routes/flow-runs.ts'
import { mountFlowRunStateRoutes } from './routes/flow-run-states.ts'
import { mountVariableRoutes } from './routes/variables.ts'
import { mountFlowRoutes } from './routes/flows.ts'
import { mountWorkPoolQueueRoutes } from './routes/work-pool-queues.ts'
import { mountWorkPoolRoutes } from './routes/work-pools.ts'
import { mountWorkQueueRoutes } from './routes/work-queues.ts'
import { findWorkspaceId } from './workspaces.ts'

/** What the API tells about its own process. */
export interface AppStatus {
  readonly isReady: () => { readonly ready: boolean; readonly body: Readonly<Record<string, unknown>> }
  readonly isHealthy: () => Promise<boolean>
}

/** Every route of the API; one line a resource. */
export function createApi(ctx: EdgeContext, status: AppStatus): FastifyInstance {
  return createApp(ctx, {
    findWorkspace: (account_id, workspace_id) => findWorkspaceId(ctx, account_id, workspace_id),
    register: (app) => {
      mountAdminRoutes(app, ctx, status)
      mountFlowRunRoutes(app, ctx)
      mountFlowRunStateRoutes(app, ctx)
      mountVariableRoutes(app, ctx)
      mountBlockTypeRoutes(app, ctx)
      mountBlockSchemaRoutes(app, ctx)
      mountBlockDocumentRoutes(app, ctx)
      mountFlowRoutes(app, ctx)
      mountWorkPoolRoutes(app, ctx)
      mountWorkPoolQueueRoutes(app, ctx)
      mountWorkQueueRoutes(app, ctx)
      mountDocs(app)
    },
  })
}
