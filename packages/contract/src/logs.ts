import { Type, type Static } from 'typebox'
import { Uuid } from './ids.ts'
import { DateTime } from './json.ts'
import { Default, Integer, Nullable, Strict } from './schema.ts'

export const LogCreate = Strict({
  name: Type.String(),
  level: Integer(),
  message: Type.String(),
  timestamp: DateTime,
  flow_run_id: Default(Nullable(Uuid), null),
  task_run_id: Default(Nullable(Uuid), null),
})
export type LogCreate = Static<typeof LogCreate>

export const Log = Type.Object({
  id: Uuid,
  created: Nullable(DateTime),
  updated: Nullable(DateTime),
  name: Type.String(),
  level: Integer(),
  message: Type.String(),
  timestamp: DateTime,
  flow_run_id: Nullable(Uuid),
  task_run_id: Nullable(Uuid),
})
export type Log = Static<typeof Log>

export const LogBatch = Type.Array(LogCreate, { wrongType: 'is_instance_of' })
export type LogBatch = Static<typeof LogBatch>
