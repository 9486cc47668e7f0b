import type { FastifyInstance } from 'fastify'
import type { EdgeContext } from '../context.ts'
import { mountDocs } from './docs.ts'
import { createEventWriter } from '../operations/ingest-events.ts'
import { addAuthentication } from './auth.ts'
import { createIdentify } from './credentials.ts'
import { createApp } from './server.ts'
import { mountAdminRoutes } from './routes/admin.ts'
import { mountApiKeyRoutes } from './routes/api-keys.ts'
import { mountAutomationRoutes } from './routes/automations.ts'
import { mountBlockDocumentRoutes } from './routes/block-documents.ts'
import { mountBlockSchemaRoutes } from './routes/block-schemas.ts'
import { mountBlockTypeRoutes } from './routes/block-types.ts'
import { mountEventRoutes } from './routes/events.ts'
import { mountConcurrencyLimitRoutes } from './routes/concurrency-limits.ts'
import { mountDeploymentRunRoutes } from './routes/deployment-runs.ts'
import { mountDeploymentScheduleRoutes } from './routes/deployment-schedules.ts'
import { mountDeploymentRoutes } from './routes/deployments.ts'
import { mountFlowRunRoutes } from './routes/flow-runs.ts'
import { mountFlowRunStateRoutes } from './routes/flow-run-states.ts'
import { mountGlobalConcurrencyLimitRoutes } from './routes/global-concurrency-limits.ts'
import { mountSavedSearchRoutes } from './routes/saved-searches.ts'
import { mountVariableRoutes } from './routes/variables.ts'
import { mountFlowRoutes } from './routes/flows.ts'
import { mountWorkPoolQueueRoutes } from './routes/work-pool-queues.ts'
import { mountWorkPoolRoutes } from './routes/work-pools.ts'
import { mountWorkQueueRoutes } from './routes/work-queues.ts'
import { mountFlowRunInputRoutes } from './routes/flow-run-inputs.ts'
import { mountFlowRunStatisticsRoutes } from './routes/flow-run-statistics.ts'
import { mountSockets } from './sockets/mount-sockets.ts'
import { createTaskWorkers } from './sockets/task-workers.ts'
import { mountTaskWorkerRoutes } from './routes/task-workers.ts'
import { mountTaskRunRoutes } from './routes/task-runs.ts'
import { mountLogRoutes } from './routes/logs.ts'
import { mountArtifactRoutes } from './routes/artifacts.ts'
import { mountScreenRoutes } from './routes/screens.ts'
import { mountUi } from './static-ui.ts'
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
      const identify = createIdentify(ctx)
      const writeEvent = createEventWriter(ctx)
      addAuthentication(app, ctx, identify)
      mountApiKeyRoutes(app, ctx)
      mountAdminRoutes(app, ctx, status)
      mountFlowRunRoutes(app, ctx)
      mountFlowRunStateRoutes(app, ctx)
      mountVariableRoutes(app, ctx)
      mountBlockTypeRoutes(app, ctx)
      mountBlockSchemaRoutes(app, ctx)
      mountBlockDocumentRoutes(app, ctx)
      mountConcurrencyLimitRoutes(app, ctx)
      mountGlobalConcurrencyLimitRoutes(app, ctx)
      mountAutomationRoutes(app, ctx)
      mountSavedSearchRoutes(app, ctx)
      mountFlowRoutes(app, ctx)
      mountDeploymentRoutes(app, ctx)
      mountDeploymentScheduleRoutes(app, ctx)
      mountDeploymentRunRoutes(app, ctx)
      mountWorkPoolRoutes(app, ctx)
      mountWorkPoolQueueRoutes(app, ctx)
      mountWorkQueueRoutes(app, ctx)
      mountFlowRunInputRoutes(app, ctx)
      mountFlowRunStatisticsRoutes(app, ctx)
      mountEventRoutes(app, ctx, writeEvent)
      const workers = createTaskWorkers()
      mountSockets(app, { ctx, identify, writeEvent, workers })
      mountTaskWorkerRoutes(app, workers)
      mountTaskRunRoutes(app, ctx)
      mountLogRoutes(app, ctx)
      mountArtifactRoutes(app, ctx)
      mountScreenRoutes(app, ctx)
      mountDocs(app)
      mountUi(app)
    },
  })
}
