import { Type, type Static } from 'typebox'
import { Uuid } from './ids.ts'
import { DateTime, Name } from './json.ts'
import { Default, Integer, Nullable, Strict } from './schema.ts'
import { FlowRunSlotSummary } from './work-pools.ts'

export const QueueFilter = Type.Object({
  tags: Nullable(Type.Array(Type.String())),
  deployment_ids: Nullable(Type.Array(Uuid)),
})
export type QueueFilter = Static<typeof QueueFilter>

export const QueueFilterInput = Type.Object({
  tags: Type.Optional(Nullable(Type.Array(Type.String()))),
  deployment_ids: Type.Optional(Nullable(Type.Array(Uuid))),
})
export type QueueFilterInput = Static<typeof QueueFilterInput>

export const WorkQueueStatus = Type.Enum(['READY', 'NOT_READY', 'PAUSED'])
export type WorkQueueStatus = Static<typeof WorkQueueStatus>

export const WorkQueueCreate = Strict({
  name: Name,
  description: Default(Nullable(Type.String()), ''),
  is_paused: Default(Type.Boolean(), false),
  concurrency_limit: Default(Nullable(Integer({ minimum: 0 })), null),
  priority: Default(Nullable(Integer({ exclusiveMinimum: 0 })), null),
  filter: Default(Nullable(QueueFilterInput), null),
})
export type WorkQueueCreate = Static<typeof WorkQueueCreate>

export const WorkQueueUpdate = Strict({
  name: Type.Optional(Nullable(Name)),
  description: Type.Optional(Nullable(Type.String())),
  is_paused: Type.Optional(Type.Boolean()),
  concurrency_limit: Type.Optional(Nullable(Integer({ minimum: 0 }))),
  priority: Type.Optional(Nullable(Integer({ exclusiveMinimum: 0 }))),
  last_polled: Type.Optional(Nullable(DateTime)),
  filter: Type.Optional(Nullable(QueueFilterInput)),
})
export type WorkQueueUpdate = Static<typeof WorkQueueUpdate>

export const WorkQueue = Type.Object({
  id: Uuid,
  created: Nullable(DateTime),
  updated: Nullable(DateTime),
  name: Name,
  description: Nullable(Type.String()),
  is_paused: Type.Boolean(),
  concurrency_limit: Nullable(Integer({ minimum: 0 })),
  priority: Integer({ exclusiveMinimum: 0 }),
  work_pool_id: Nullable(Uuid),
  filter: Nullable(QueueFilter),
  last_polled: Nullable(DateTime),
})
export type WorkQueue = Static<typeof WorkQueue>

export const WorkQueueResponse = Type.Object({
  id: Uuid,
  created: Nullable(DateTime),
  updated: Nullable(DateTime),
  name: Name,
  description: Nullable(Type.String()),
  is_paused: Type.Boolean(),
  concurrency_limit: Nullable(Integer({ minimum: 0 })),
  priority: Integer({ exclusiveMinimum: 0 }),
  work_pool_id: Nullable(Uuid),
  filter: Nullable(QueueFilter),
  last_polled: Nullable(DateTime),
  work_pool_name: Nullable(Type.String()),
  status: Nullable(WorkQueueStatus),
  active_slots: Nullable(Integer()),
})
export type WorkQueueResponse = Static<typeof WorkQueueResponse>

export const WorkQueueHealthPolicy = Type.Object({
  maximum_late_runs: Nullable(Integer()),
  maximum_seconds_since_last_polled: Nullable(Integer()),
})
export type WorkQueueHealthPolicy = Static<typeof WorkQueueHealthPolicy>

export const WorkQueueStatusDetail = Type.Object({
  healthy: Type.Boolean(),
  late_runs_count: Integer(),
  last_polled: Nullable(DateTime),
  health_check_policy: WorkQueueHealthPolicy,
})
export type WorkQueueStatusDetail = Static<typeof WorkQueueStatusDetail>

export const WorkQueueConcurrencyStatus = Type.Object({
  active_slots: Integer(),
  concurrency_limit: Nullable(Integer()),
  flow_runs: Type.Array(FlowRunSlotSummary),
  count: Integer(),
  limit: Integer(),
  pages: Integer(),
  page: Integer(),
})
export type WorkQueueConcurrencyStatus = Static<typeof WorkQueueConcurrencyStatus>
