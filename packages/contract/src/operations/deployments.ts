import { Type } from 'typebox'
import {
  DeploymentBulkDeleteResponse,
  DeploymentCreate,
  DeploymentPaginationResponse,
  DeploymentResponse,
  DeploymentUpdate,
} from '../deployments.ts'
import { DeploymentFilter, DeploymentSort } from '../filters/deployments.ts'
import { joinedByQueue } from '../filters/joined.ts'
import { DeploymentFlowRunCreate, FlowRunBulkCreateResponse, FlowRunResponse } from '../flow-runs.ts'
import { ById, Uuid } from '../ids.ts'
import { DateTime, Duration, Json } from '../json.ts'
import { BODY_16_MIB, operation } from '../operation.ts'
import { PageLimit, PageNumber, PageOffset } from '../paging.ts'
import { Default, Integer, Nullable } from '../schema.ts'
import { WorkQueue } from '../work-queues.ts'

export const createDeployment = operation({
  id: 'createDeployment',
  method: 'POST',
  path: '/deployments/',
  summary: 'Create a deployment, or update the one that has this flow and name',
  tags: ['Deployments'],
  scope: 'deploy',
  body: DeploymentCreate,
  response: DeploymentResponse,
  otherStatuses: [201],
  maxBodyBytes: BODY_16_MIB,
})

export const updateDeployment = operation({
  id: 'updateDeployment',
  method: 'PATCH',
  path: '/deployments/{id}',
  summary: 'Change a deployment',
  tags: ['Deployments'],
  scope: 'deploy',
  params: ById,
  body: DeploymentUpdate,
  status: 204,
  errors: [404],
  maxBodyBytes: BODY_16_MIB,
})

export const readDeploymentByName = operation({
  id: 'readDeploymentByName',
  method: 'GET',
  path: '/deployments/name/{flow_name}/{deployment_name}',
  summary: 'Find a deployment by the names of its flow and itself',
  tags: ['Deployments'],
  scope: 'read',
  params: Type.Object({ flow_name: Type.String(), deployment_name: Type.String() }),
  response: DeploymentResponse,
  errors: [404],
})

export const readDeployment = operation({
  id: 'readDeployment',
  method: 'GET',
  path: '/deployments/{id}',
  summary: 'Read a deployment',
  tags: ['Deployments'],
  scope: 'read',
  params: ById,
  response: DeploymentResponse,
  errors: [404],
})

export const deleteDeployment = operation({
  id: 'deleteDeployment',
  method: 'DELETE',
  path: '/deployments/{id}',
  summary: 'Delete a deployment',
  tags: ['Deployments'],
  scope: 'deploy',
  params: ById,
  status: 204,
  errors: [404],
})

export const readDeployments = operation({
  id: 'readDeployments',
  method: 'POST',
  path: '/deployments/filter',
  summary: 'List deployments',
  tags: ['Deployments'],
  scope: 'read',
  body: Type.Object({
    ...joinedByQueue,
    offset: PageOffset,
    sort: Default(DeploymentSort, 'NAME_ASC'),
    limit: PageLimit,
  }),
  embedded: true,
  response: Type.Array(DeploymentResponse),
})

export const paginateDeployments = operation({
  id: 'paginateDeployments',
  method: 'POST',
  path: '/deployments/paginate',
  summary: 'List deployments by page',
  tags: ['Deployments'],
  scope: 'read',
  body: Type.Object({
    ...joinedByQueue,
    page: PageNumber,
    sort: Default(DeploymentSort, 'NAME_ASC'),
    limit: PageLimit,
  }),
  embedded: true,
  response: DeploymentPaginationResponse,
})

export const countDeployments = operation({
  id: 'countDeployments',
  method: 'POST',
  path: '/deployments/count',
  summary: 'Count deployments',
  tags: ['Deployments'],
  scope: 'read',
  body: Type.Object({ ...joinedByQueue }),
  embedded: true,
  response: Integer(),
})

export const bulkDeleteDeployments = operation({
  id: 'bulkDeleteDeployments',
  method: 'POST',
  path: '/deployments/bulk_delete',
  summary: 'Delete up to 50 deployments',
  tags: ['Deployments'],
  scope: 'deploy',
  body: Type.Object({
    deployments: Type.Optional(Nullable(DeploymentFilter)),
    limit: Default(Integer({ minimum: 1, maximum: 50 }), 50),
  }),
  embedded: true,
  response: DeploymentBulkDeleteResponse,
})

export const getScheduledFlowRunsForDeployments = operation({
  id: 'getScheduledFlowRunsForDeployments',
  method: 'POST',
  path: '/deployments/get_scheduled_flow_runs',
  summary: 'Due and coming runs of deployments',
  tags: ['Deployments'],
  scope: 'read',
  body: Type.Object({ deployment_ids: Type.Array(Uuid), scheduled_before: Type.Optional(DateTime), limit: PageLimit }),
  embedded: true,
  response: Type.Array(FlowRunResponse),
})

export const scheduleDeployment = operation({
  id: 'scheduleDeployment',
  method: 'POST',
  path: '/deployments/{id}/schedule',
  summary: 'Plan the coming runs of a deployment now',
  tags: ['Deployments'],
  scope: 'deploy',
  params: ById,
  body: Type.Object({
    start_time: Type.Optional(DateTime),
    end_time: Type.Optional(DateTime),
    min_time: Type.Optional(Duration),
    min_runs: Type.Optional(Integer()),
    max_runs: Type.Optional(Integer()),
  }),
  embedded: true,
  response: Json,
  errors: [404],
})

export const resumeDeployment = operation({
  id: 'resumeDeployment',
  method: 'POST',
  path: '/deployments/{id}/resume_deployment',
  summary: 'Resume all schedules of a deployment',
  tags: ['Deployments'],
  scope: 'deploy',
  params: ById,
  response: Json,
  errors: [404],
})

export const pauseDeployment = operation({
  id: 'pauseDeployment',
  method: 'POST',
  path: '/deployments/{id}/pause_deployment',
  summary: 'Pause a deployment',
  tags: ['Deployments'],
  scope: 'deploy',
  params: ById,
  response: Json,
  errors: [404],
})

export const workQueueCheckForDeployment = operation({
  id: 'workQueueCheckForDeployment',
  method: 'GET',
  path: '/deployments/{id}/work_queue_check',
  summary: 'Work queues that may pick up runs of a deployment',
  tags: ['Deployments'],
  scope: 'read',
  params: ById,
  response: Type.Array(WorkQueue),
  errors: [404],
})

export const createFlowRunFromDeployment = operation({
  id: 'createFlowRunFromDeployment',
  method: 'POST',
  path: '/deployments/{id}/create_flow_run',
  summary: 'Create a flow run from a deployment',
  tags: ['Deployments'],
  scope: 'run',
  params: ById,
  body: DeploymentFlowRunCreate,
  response: FlowRunResponse,
  otherStatuses: [201],
  errors: [404],
  maxBodyBytes: BODY_16_MIB,
})

export const bulkCreateFlowRunsFromDeployment = operation({
  id: 'bulkCreateFlowRunsFromDeployment',
  method: 'POST',
  path: '/deployments/{id}/create_flow_run/bulk',
  summary: 'Create up to 100 flow runs from a deployment',
  tags: ['Deployments'],
  scope: 'run',
  params: ById,
  body: Type.Array(DeploymentFlowRunCreate),
  response: FlowRunBulkCreateResponse,
  errors: [404],
  maxBodyBytes: BODY_16_MIB,
})
