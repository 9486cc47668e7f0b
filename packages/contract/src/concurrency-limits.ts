import { Type, type Static } from 'typebox'
import { Uuid } from './ids.ts'
import { DateTime, Name } from './json.ts'
import { Default, Integer, Nullable, OneOf, Strict } from './schema.ts'

export const ConcurrencyLimitCreate = Strict({
  tag: Type.String(),
  concurrency_limit: Integer(),
})
export type ConcurrencyLimitCreate = Static<typeof ConcurrencyLimitCreate>

export const ConcurrencyLimit = Type.Object({
  id: Uuid,
  created: Nullable(DateTime),
  updated: Nullable(DateTime),
  tag: Type.String(),
  concurrency_limit: Integer(),
  active_slots: Type.Array(Uuid),
})
export type ConcurrencyLimit = Static<typeof ConcurrencyLimit>

export const ConcurrencyLimitV2Create = Strict({
  active: Default(Type.Boolean(), true),
  name: Name,
  limit: Integer({ minimum: 0 }),
  active_slots: Default(Integer({ minimum: 0 }), 0),
  denied_slots: Default(Integer({ minimum: 0 }), 0),
  slot_decay_per_second: Default(Type.Number({ minimum: 0 }), 0),
})
export type ConcurrencyLimitV2Create = Static<typeof ConcurrencyLimitV2Create>

export const ConcurrencyLimitV2Update = Strict({
  active: Type.Optional(Nullable(Type.Boolean())),
  name: Type.Optional(Nullable(Name)),
  limit: Type.Optional(Nullable(Integer({ minimum: 0 }))),
  active_slots: Type.Optional(Nullable(Integer({ minimum: 0 }))),
  denied_slots: Type.Optional(Nullable(Integer({ minimum: 0 }))),
  slot_decay_per_second: Type.Optional(Nullable(Type.Number({ minimum: 0 }))),
})
export type ConcurrencyLimitV2Update = Static<typeof ConcurrencyLimitV2Update>

export const ConcurrencyLimitV2 = Type.Object({
  id: Uuid,
  created: Nullable(DateTime),
  updated: Nullable(DateTime),
  active: Type.Boolean(),
  name: Name,
  limit: Integer(),
  active_slots: Integer(),
  denied_slots: Integer(),
  slot_decay_per_second: Type.Number(),
  avg_slot_occupancy_seconds: Type.Number(),
})
export type ConcurrencyLimitV2 = Static<typeof ConcurrencyLimitV2>

export const GlobalConcurrencyLimitResponse = Type.Object({
  id: Uuid,
  created: Nullable(DateTime),
  updated: Nullable(DateTime),
  active: Type.Boolean(),
  name: Type.String(),
  limit: Integer(),
  active_slots: Integer(),
  slot_decay_per_second: Type.Number(),
})
export type GlobalConcurrencyLimitResponse = Static<typeof GlobalConcurrencyLimitResponse>

export const MinimalConcurrencyLimitResponse = Type.Object({
  id: Uuid,
  name: Type.String(),
  limit: Integer(),
})
export type MinimalConcurrencyLimitResponse = Static<typeof MinimalConcurrencyLimitResponse>

export const ConcurrencyLimitWithLeaseResponse = Type.Object({
  lease_id: Uuid,
  limits: Type.Array(MinimalConcurrencyLimitResponse),
})
export type ConcurrencyLimitWithLeaseResponse = Static<typeof ConcurrencyLimitWithLeaseResponse>

export const ConcurrencyLeaseHolder = Strict({
  type: OneOf(['flow_run', 'task_run', 'deployment']),
  id: Uuid,
})
export type ConcurrencyLeaseHolder = Static<typeof ConcurrencyLeaseHolder>
