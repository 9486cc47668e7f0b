import { Type } from 'typebox'
import { ConcurrencyLimit, ConcurrencyLimitCreate, MinimalConcurrencyLimitResponse } from '../concurrency-limits.ts'
import { ById, Uuid } from '../ids.ts'
import { Json } from '../json.ts'
import { operation } from '../operation.ts'
import { PageLimit, PageOffset } from '../paging.ts'
import { Nullable } from '../schema.ts'

export const createConcurrencyLimit = operation({
  id: 'createConcurrencyLimit',
  method: 'POST',
  path: '/concurrency_limits/',
  summary: 'Create or change the limit of a tag',
  tags: ['Task concurrency limits'],
  scope: 'deploy',
  body: ConcurrencyLimitCreate,
  response: ConcurrencyLimit,
  otherStatuses: [201],
})

export const readConcurrencyLimit = operation({
  id: 'readConcurrencyLimit',
  method: 'GET',
  path: '/concurrency_limits/{id}',
  summary: 'Read the limit of a tag by id',
  tags: ['Task concurrency limits'],
  scope: 'read',
  params: ById,
  response: ConcurrencyLimit,
  errors: [404],
})

export const readConcurrencyLimitByTag = operation({
  id: 'readConcurrencyLimitByTag',
  method: 'GET',
  path: '/concurrency_limits/tag/{tag}',
  summary: 'Read the limit of a tag',
  tags: ['Task concurrency limits'],
  scope: 'read',
  params: Type.Object({ tag: Type.String() }),
  response: ConcurrencyLimit,
  errors: [404],
})

export const readConcurrencyLimits = operation({
  id: 'readConcurrencyLimits',
  method: 'POST',
  path: '/concurrency_limits/filter',
  summary: 'List the limits of tags',
  tags: ['Task concurrency limits'],
  scope: 'read',
  body: Type.Object({ offset: PageOffset, limit: PageLimit }),
  embedded: true,
  response: Type.Array(ConcurrencyLimit),
})

export const resetConcurrencyLimitByTag = operation({
  id: 'resetConcurrencyLimitByTag',
  method: 'POST',
  path: '/concurrency_limits/tag/{tag}/reset',
  summary: 'Free or replace the slots of a tag',
  tags: ['Task concurrency limits'],
  scope: 'deploy',
  params: Type.Object({ tag: Type.String() }),
  body: Type.Object({ slot_override: Type.Optional(Nullable(Type.Array(Uuid))) }),
  embedded: true,
  response: Json,
  errors: [404],
})

export const deleteConcurrencyLimit = operation({
  id: 'deleteConcurrencyLimit',
  method: 'DELETE',
  path: '/concurrency_limits/{id}',
  summary: 'Delete the limit of a tag by id',
  tags: ['Task concurrency limits'],
  scope: 'deploy',
  params: ById,
  response: Json,
  errors: [404],
})

export const deleteConcurrencyLimitByTag = operation({
  id: 'deleteConcurrencyLimitByTag',
  method: 'DELETE',
  path: '/concurrency_limits/tag/{tag}',
  summary: 'Delete the limit of a tag',
  tags: ['Task concurrency limits'],
  scope: 'deploy',
  params: Type.Object({ tag: Type.String() }),
  response: Json,
  errors: [404],
})

export const incrementConcurrencyLimitsV1 = operation({
  id: 'incrementConcurrencyLimitsV1',
  method: 'POST',
  path: '/concurrency_limits/increment',
  summary: 'Take slots of tags for a task run',
  tags: ['Task concurrency limits'],
  scope: 'run',
  body: Type.Object({ names: Type.Array(Type.String()), task_run_id: Uuid }),
  embedded: true,
  response: Type.Array(MinimalConcurrencyLimitResponse),
  errors: [423],
})

export const decrementConcurrencyLimitsV1 = operation({
  id: 'decrementConcurrencyLimitsV1',
  method: 'POST',
  path: '/concurrency_limits/decrement',
  summary: 'Give back slots of tags of a task run',
  tags: ['Task concurrency limits'],
  scope: 'run',
  body: Type.Object({ names: Type.Array(Type.String()), task_run_id: Uuid }),
  embedded: true,
  response: Type.Array(MinimalConcurrencyLimitResponse),
})
