import { Type, type Static } from 'typebox'
import { Operator } from './operator.ts'
import { Uuid } from '../ids.ts'
import { DateTime } from '../json.ts'
import { Integer, Nullable, Strict } from '../schema.ts'

export const LogFilterLevel = Strict({
  ge_: Type.Optional(Nullable(Integer())),
  le_: Type.Optional(Nullable(Integer())),
})
export type LogFilterLevel = Static<typeof LogFilterLevel>

export const LogFilterTimestamp = Strict({
  before_: Type.Optional(Nullable(DateTime)),
  after_: Type.Optional(Nullable(DateTime)),
})
export type LogFilterTimestamp = Static<typeof LogFilterTimestamp>

export const LogFilterFlowRunId = Strict({
  any_: Type.Optional(Nullable(Type.Array(Uuid))),
})
export type LogFilterFlowRunId = Static<typeof LogFilterFlowRunId>

export const LogFilterTaskRunId = Strict({
  any_: Type.Optional(Nullable(Type.Array(Uuid))),
  is_null_: Type.Optional(Nullable(Type.Boolean())),
})
export type LogFilterTaskRunId = Static<typeof LogFilterTaskRunId>

export const LogFilterTextSearch = Strict({
  query: Type.String({ maxLength: 200 }),
})
export type LogFilterTextSearch = Static<typeof LogFilterTextSearch>

export const LogFilter = Strict({
  operator: Type.Optional(Operator),
  level: Type.Optional(Nullable(LogFilterLevel)),
  timestamp: Type.Optional(Nullable(LogFilterTimestamp)),
  flow_run_id: Type.Optional(Nullable(LogFilterFlowRunId)),
  task_run_id: Type.Optional(Nullable(LogFilterTaskRunId)),
  text: Type.Optional(Nullable(LogFilterTextSearch)),
})
export type LogFilter = Static<typeof LogFilter>

export const LogSort = Type.Enum(['TIMESTAMP_ASC', 'TIMESTAMP_DESC'])
export type LogSort = Static<typeof LogSort>
