import { Type } from 'typebox'
import { WorkQueueFilter } from '../filters/work-queues.ts'
import { FlowRunResponse } from '../flow-runs.ts'
import { ById, ByName } from '../ids.ts'
import { DateTime } from '../json.ts'
import { operation } from '../operation.ts'
import { PageLimit, PageNumber, PageOffset } from '../paging.ts'
import { Nullable } from '../schema.ts'
import {
  WorkQueueConcurrencyStatus,
  WorkQueueCreate,
  WorkQueueResponse,
  WorkQueueStatusDetail,
  WorkQueueUpdate,
} from '../work-queues.ts'

export const createWorkQueue = operation({
  id: 'createWorkQueue',
  method: 'POST',
  path: '/work_queues/',
  summary: 'Create a work queue in the default work pool',
  tags: ['Work queues'],
  scope: 'deploy',
  body: WorkQueueCreate,
  response: WorkQueueResponse,
  status: 201,
})

export const readWorkQueue = operation({
  id: 'readWorkQueue',
  method: 'GET',
  path: '/work_queues/{id}',
  summary: 'Read a work queue',
  tags: ['Work queues'],
  scope: 'read',
  params: ById,
  response: WorkQueueResponse,
  errors: [404],
})

export const updateWorkQueue = operation({
  id: 'updateWorkQueue',
  method: 'PATCH',
  path: '/work_queues/{id}',
  summary: 'Change a work queue',
  tags: ['Work queues'],
  scope: 'deploy',
  params: ById,
  body: WorkQueueUpdate,
  status: 204,
  errors: [404],
})

export const deleteWorkQueue = operation({
  id: 'deleteWorkQueue',
  method: 'DELETE',
  path: '/work_queues/{id}',
  summary: 'Delete a work queue',
  tags: ['Work queues'],
  scope: 'deploy',
  params: ById,
  status: 204,
  errors: [404],
})

export const readWorkQueueByName = operation({
  id: 'readWorkQueueByName',
  method: 'GET',
  path: '/work_queues/name/{name}',
  summary: 'Find a work queue by its name',
  tags: ['Work queues'],
  scope: 'read',
  params: ByName,
  response: WorkQueueResponse,
  errors: [404],
})

export const readWorkQueues = operation({
  id: 'readWorkQueues',
  method: 'POST',
  path: '/work_queues/filter',
  summary: 'List work queues',
  tags: ['Work queues'],
  scope: 'read',
  body: Type.Object({ offset: PageOffset, work_queues: Type.Optional(Nullable(WorkQueueFilter)), limit: PageLimit }),
  embedded: true,
  response: Type.Array(WorkQueueResponse),
})

export const readWorkQueueRuns = operation({
  id: 'readWorkQueueRuns',
  method: 'POST',
  path: '/work_queues/{id}/get_runs',
  summary: 'Due and coming runs of a work queue',
  tags: ['Work queues'],
  scope: 'read',
  params: ById,
  body: Type.Object({ scheduled_before: Type.Optional(DateTime), limit: PageLimit }),
  embedded: true,
  response: Type.Array(FlowRunResponse),
  errors: [404],
})

export const readWorkQueueStatus = operation({
  id: 'readWorkQueueStatus',
  method: 'GET',
  path: '/work_queues/{id}/status',
  summary: 'Health of a work queue',
  tags: ['Work queues'],
  scope: 'read',
  params: ById,
  response: WorkQueueStatusDetail,
  errors: [404],
})

export const readWorkQueueConcurrencyStatus = operation({
  id: 'readWorkQueueConcurrencyStatus',
  method: 'POST',
  path: '/work_queues/{id}/concurrency_status',
  summary: 'Who holds the slots of a work queue',
  tags: ['Work queues'],
  scope: 'read',
  params: ById,
  body: Type.Object({ page: PageNumber, limit: PageLimit }),
  embedded: true,
  response: WorkQueueConcurrencyStatus,
  errors: [404],
})
