import { Type } from 'typebox'
import {
  ConcurrencyLeaseHolder,
  ConcurrencyLimitV2,
  ConcurrencyLimitV2Create,
  ConcurrencyLimitV2Update,
  ConcurrencyLimitWithLeaseResponse,
  GlobalConcurrencyLimitResponse,
  MinimalConcurrencyLimitResponse,
} from '../concurrency-limits.ts'
import { Uuid } from '../ids.ts'
import { operation } from '../operation.ts'
import { PageLimit, PageOffset } from '../paging.ts'
import { Default, Integer, Nullable, OneOf } from '../schema.ts'

export const createConcurrencyLimitV2 = operation({
  id: 'createConcurrencyLimitV2',
  method: 'POST',
  path: '/v2/concurrency_limits/',
  summary: 'Create a global limit',
  tags: ['Global concurrency limits'],
  scope: 'deploy',
  body: ConcurrencyLimitV2Create,
  response: ConcurrencyLimitV2,
  status: 201,
})

export const readConcurrencyLimitV2 = operation({
  id: 'readConcurrencyLimitV2',
  method: 'GET',
  path: '/v2/concurrency_limits/{id_or_name}',
  summary: 'Read a global limit by id or name',
  tags: ['Global concurrency limits'],
  scope: 'read',
  params: Type.Object({ id_or_name: Type.String() }),
  response: GlobalConcurrencyLimitResponse,
  errors: [404],
})

export const readAllConcurrencyLimitsV2 = operation({
  id: 'readAllConcurrencyLimitsV2',
  method: 'POST',
  path: '/v2/concurrency_limits/filter',
  summary: 'List global limits',
  tags: ['Global concurrency limits'],
  scope: 'read',
  body: Type.Object({ offset: PageOffset, limit: PageLimit }),
  embedded: true,
  response: Type.Array(GlobalConcurrencyLimitResponse),
})

export const updateConcurrencyLimitV2 = operation({
  id: 'updateConcurrencyLimitV2',
  method: 'PATCH',
  path: '/v2/concurrency_limits/{id_or_name}',
  summary: 'Change a global limit',
  tags: ['Global concurrency limits'],
  scope: 'deploy',
  params: Type.Object({ id_or_name: Type.String() }),
  body: ConcurrencyLimitV2Update,
  status: 204,
  errors: [404],
})

export const deleteConcurrencyLimitV2 = operation({
  id: 'deleteConcurrencyLimitV2',
  method: 'DELETE',
  path: '/v2/concurrency_limits/{id_or_name}',
  summary: 'Delete a global limit',
  tags: ['Global concurrency limits'],
  scope: 'deploy',
  params: Type.Object({ id_or_name: Type.String() }),
  status: 204,
  errors: [404],
})

export const bulkIncrementActiveSlots = operation({
  id: 'bulkIncrementActiveSlots',
  method: 'POST',
  path: '/v2/concurrency_limits/increment',
  summary: 'Take slots',
  tags: ['Global concurrency limits'],
  scope: 'run',
  body: Type.Object({
    slots: Integer({ exclusiveMinimum: 0 }),
    names: Type.Array(Type.String()),
    mode: Default(OneOf(['concurrency', 'rate_limit']), 'concurrency'),
    create_if_missing: Type.Optional(Nullable(Type.Boolean())),
  }),
  embedded: true,
  response: Type.Array(MinimalConcurrencyLimitResponse),
  errors: [423],
})

export const bulkIncrementActiveSlotsWithLease = operation({
  id: 'bulkIncrementActiveSlotsWithLease',
  method: 'POST',
  path: '/v2/concurrency_limits/increment-with-lease',
  summary: 'Take slots that are freed when their lease is not renewed',
  tags: ['Global concurrency limits'],
  scope: 'run',
  body: Type.Object({
    slots: Integer({ exclusiveMinimum: 0 }),
    names: Type.Array(Type.String()),
    mode: Default(OneOf(['concurrency', 'rate_limit']), 'concurrency'),
    lease_duration: Default(Type.Number({ minimum: 60, maximum: 86400 }), 300),
    holder: Type.Optional(Nullable(ConcurrencyLeaseHolder)),
  }),
  embedded: true,
  response: ConcurrencyLimitWithLeaseResponse,
  errors: [423],
})

export const bulkDecrementActiveSlots = operation({
  id: 'bulkDecrementActiveSlots',
  method: 'POST',
  path: '/v2/concurrency_limits/decrement',
  summary: 'Give back slots',
  tags: ['Global concurrency limits'],
  scope: 'run',
  body: Type.Object({
    slots: Integer({ exclusiveMinimum: 0 }),
    names: Type.Array(Type.String()),
    occupancy_seconds: Type.Optional(Nullable(Type.Number({ exclusiveMinimum: 0 }))),
    create_if_missing: Type.Optional(Type.Boolean()),
  }),
  embedded: true,
  response: Type.Array(MinimalConcurrencyLimitResponse),
})

export const bulkDecrementActiveSlotsWithLease = operation({
  id: 'bulkDecrementActiveSlotsWithLease',
  method: 'POST',
  path: '/v2/concurrency_limits/decrement-with-lease',
  summary: 'Give back the slots of a lease',
  tags: ['Global concurrency limits'],
  scope: 'run',
  body: Type.Object({ lease_id: Uuid }),
  embedded: true,
  status: 204,
})

export const renewConcurrencyLease = operation({
  id: 'renewConcurrencyLease',
  method: 'POST',
  path: '/v2/concurrency_limits/leases/{lease_id}/renew',
  summary: 'Keep a lease for longer',
  tags: ['Global concurrency limits'],
  scope: 'run',
  params: Type.Object({ lease_id: Type.String({ format: 'uuid', loose: true }) }),
  body: Type.Object({ lease_duration: Default(Type.Number({ minimum: 60, maximum: 86400 }), 300) }),
  embedded: true,
  status: 204,
  errors: [404, 410],
})
