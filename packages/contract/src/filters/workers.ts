import { Type, type Static } from 'typebox'
import { Operator } from './operator.ts'
import { DateTime } from '../json.ts'
import { Nullable, Strict } from '../schema.ts'
import { WorkerStatus } from '../workers.ts'

export const WorkerFilterLastHeartbeatTime = Strict({
  before_: Type.Optional(Nullable(DateTime)),
  after_: Type.Optional(Nullable(DateTime)),
})
export type WorkerFilterLastHeartbeatTime = Static<typeof WorkerFilterLastHeartbeatTime>

export const WorkerFilterStatus = Strict({
  any_: Type.Optional(Nullable(Type.Array(WorkerStatus))),
  not_any_: Type.Optional(Nullable(Type.Array(WorkerStatus))),
})
export type WorkerFilterStatus = Static<typeof WorkerFilterStatus>

export const WorkerFilter = Strict({
  operator: Type.Optional(Operator),
  last_heartbeat_time: Type.Optional(Nullable(WorkerFilterLastHeartbeatTime)),
  status: Type.Optional(Nullable(WorkerFilterStatus)),
})
export type WorkerFilter = Static<typeof WorkerFilter>
