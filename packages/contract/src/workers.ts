import { Type, type Static } from 'typebox'
import { Uuid } from './ids.ts'
import { DateTime } from './json.ts'
import { Integer, Nullable } from './schema.ts'

export const WorkerStatus = Type.Enum(['ONLINE', 'OFFLINE'])
export type WorkerStatus = Static<typeof WorkerStatus>

export const WorkerResponse = Type.Object({
  id: Uuid,
  created: Nullable(DateTime),
  updated: Nullable(DateTime),
  name: Type.String(),
  work_pool_id: Uuid,
  last_heartbeat_time: Nullable(DateTime),
  heartbeat_interval_seconds: Nullable(Integer()),
  status: WorkerStatus,
})
export type WorkerResponse = Static<typeof WorkerResponse>
