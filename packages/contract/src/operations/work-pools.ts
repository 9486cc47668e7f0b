import { Type } from 'typebox'
import { WorkPoolFilter } from '../filters/work-pools.ts'
import { WorkQueueFilter } from '../filters/work-queues.ts'
import { WorkerFilter } from '../filters/workers.ts'
import { WorkerFlowRunResponse } from '../flow-runs.ts'
import { ByName } from '../ids.ts'
import { DateTime } from '../json.ts'
import { BODY_16_MIB, operation } from '../operation.ts'
import { PageLimit, PageNumber, PageOffset } from '../paging.ts'
import { Default, Integer, Nullable } from '../schema.ts'
import { WorkPoolConcurrencyStatus, WorkPoolCreate, WorkPoolResponse, WorkPoolUpdate } from '../work-pools.ts'
import { WorkQueueCreate, WorkQueueResponse, WorkQueueUpdate } from '../work-queues.ts'
import { WorkerResponse } from '../workers.ts'

export const createWorkPool = operation({
  id: 'createWorkPool',
  method: 'POST',
  path: '/work_pools/',
  summary: 'Create a work pool',
  tags: ['Work pools'],
  scope: 'deploy',
  body: WorkPoolCreate,
  response: WorkPoolResponse,
  status: 201,
  maxBodyBytes: BODY_16_MIB,
})

export const readWorkPool = operation({
  id: 'readWorkPool',
  method: 'GET',
  path: '/work_pools/{name}',
  summary: 'Read a work pool',
  tags: ['Work pools'],
  scope: 'read',
  params: ByName,
  response: WorkPoolResponse,
  errors: [404],
})

export const updateWorkPool = operation({
  id: 'updateWorkPool',
  method: 'PATCH',
  path: '/work_pools/{name}',
  summary: 'Change a work pool',
  tags: ['Work pools'],
  scope: 'deploy',
  params: ByName,
  body: WorkPoolUpdate,
  status: 204,
  errors: [404],
  maxBodyBytes: BODY_16_MIB,
})

export const deleteWorkPool = operation({
  id: 'deleteWorkPool',
  method: 'DELETE',
  path: '/work_pools/{name}',
  summary: 'Delete a work pool',
  tags: ['Work pools'],
  scope: 'deploy',
  params: ByName,
  status: 204,
  errors: [404],
})

export const readWorkPools = operation({
  id: 'readWorkPools',
  method: 'POST',
  path: '/work_pools/filter',
  summary: 'List work pools',
  tags: ['Work pools'],
  scope: 'read',
  body: Type.Object({ work_pools: Type.Optional(Nullable(WorkPoolFilter)), offset: PageOffset, limit: PageLimit }),
  embedded: true,
  response: Type.Array(WorkPoolResponse),
})

export const countWorkPools = operation({
  id: 'countWorkPools',
  method: 'POST',
  path: '/work_pools/count',
  summary: 'Count work pools',
  tags: ['Work pools'],
  scope: 'read',
  body: Type.Object({ work_pools: Type.Optional(Nullable(WorkPoolFilter)) }),
  embedded: true,
  response: Integer(),
})

export const getScheduledFlowRuns = operation({
  id: 'getScheduledFlowRuns',
  method: 'POST',
  path: '/work_pools/{name}/get_scheduled_flow_runs',
  summary: 'Due and coming runs of a work pool',
  tags: ['Work pools'],
  scope: 'read',
  params: ByName,
  body: Type.Object({
    work_queue_names: Type.Optional(Type.Array(Type.String())),
    scheduled_before: Type.Optional(DateTime),
    scheduled_after: Type.Optional(DateTime),
    limit: PageLimit,
  }),
  embedded: true,
  response: Type.Array(WorkerFlowRunResponse),
  errors: [404],
})

export const readWorkPoolConcurrencyStatus = operation({
  id: 'readWorkPoolConcurrencyStatus',
  method: 'POST',
  path: '/work_pools/{name}/concurrency_status',
  summary: 'Who holds the slots of a work pool',
  tags: ['Work pools'],
  scope: 'read',
  params: ByName,
  body: Type.Object({
    page: PageNumber,
    flow_run_limit: Default(Integer({ minimum: 0, maximum: 200 }), 10),
    limit: PageLimit,
  }),
  embedded: true,
  response: WorkPoolConcurrencyStatus,
  errors: [404],
})

export const createWorkPoolQueue = operation({
  id: 'createWorkPoolQueue',
  method: 'POST',
  path: '/work_pools/{work_pool_name}/queues',
  summary: 'Create a work queue in a work pool',
  tags: ['Work pools'],
  scope: 'deploy',
  params: Type.Object({ work_pool_name: Type.String() }),
  body: WorkQueueCreate,
  response: WorkQueueResponse,
  status: 201,
  errors: [404],
})

export const readWorkPoolQueue = operation({
  id: 'readWorkPoolQueue',
  method: 'GET',
  path: '/work_pools/{work_pool_name}/queues/{name}',
  summary: 'Read a work queue of a work pool',
  tags: ['Work pools'],
  scope: 'read',
  params: Type.Object({ work_pool_name: Type.String(), name: Type.String() }),
  response: WorkQueueResponse,
  errors: [404],
})

export const updateWorkPoolQueue = operation({
  id: 'updateWorkPoolQueue',
  method: 'PATCH',
  path: '/work_pools/{work_pool_name}/queues/{name}',
  summary: 'Change a work queue of a work pool',
  tags: ['Work pools'],
  scope: 'deploy',
  params: Type.Object({ work_pool_name: Type.String(), name: Type.String() }),
  body: WorkQueueUpdate,
  status: 204,
  errors: [404],
})

export const deleteWorkPoolQueue = operation({
  id: 'deleteWorkPoolQueue',
  method: 'DELETE',
  path: '/work_pools/{work_pool_name}/queues/{name}',
  summary: 'Delete a work queue of a work pool',
  tags: ['Work pools'],
  scope: 'deploy',
  params: Type.Object({ work_pool_name: Type.String(), name: Type.String() }),
  status: 204,
  errors: [404],
})

export const readWorkPoolQueues = operation({
  id: 'readWorkPoolQueues',
  method: 'POST',
  path: '/work_pools/{work_pool_name}/queues/filter',
  summary: 'List the work queues of a work pool',
  tags: ['Work pools'],
  scope: 'read',
  params: Type.Object({ work_pool_name: Type.String() }),
  body: Type.Object({ work_queues: Type.Optional(WorkQueueFilter), offset: PageOffset, limit: PageLimit }),
  embedded: true,
  response: Type.Array(WorkQueueResponse),
  errors: [404],
})

export const workerHeartbeat = operation({
  id: 'workerHeartbeat',
  method: 'POST',
  path: '/work_pools/{work_pool_name}/workers/heartbeat',
  summary: 'Tell that a worker is alive',
  tags: ['Work pools'],
  scope: 'run',
  params: Type.Object({ work_pool_name: Type.String() }),
  body: Type.Object({ name: Type.String(), heartbeat_interval_seconds: Type.Optional(Nullable(Integer())) }),
  embedded: true,
  status: 204,
  errors: [404],
})

export const readWorkers = operation({
  id: 'readWorkers',
  method: 'POST',
  path: '/work_pools/{work_pool_name}/workers/filter',
  summary: 'List the workers of a work pool',
  tags: ['Work pools'],
  scope: 'read',
  params: Type.Object({ work_pool_name: Type.String() }),
  body: Type.Object({ workers: Type.Optional(Nullable(WorkerFilter)), offset: PageOffset, limit: PageLimit }),
  embedded: true,
  response: Type.Array(WorkerResponse),
  errors: [404],
})

export const deleteWorker = operation({
  id: 'deleteWorker',
  method: 'DELETE',
  path: '/work_pools/{work_pool_name}/workers/{name}',
  summary: 'Forget a worker',
  tags: ['Work pools'],
  scope: 'deploy',
  params: Type.Object({ work_pool_name: Type.String(), name: Type.String() }),
  status: 204,
  errors: [404],
})
