import { Type, type Static } from 'typebox'
import { Operator } from './operator.ts'
import { Uuid } from '../ids.ts'
import { DateTime } from '../json.ts'
import { Nullable, Strict } from '../schema.ts'
import { StateType } from '../states.ts'

export const TaskRunFilterId = Strict({
  any_: Type.Optional(Nullable(Type.Array(Uuid))),
})
export type TaskRunFilterId = Static<typeof TaskRunFilterId>

export const TaskRunFilterName = Strict({
  any_: Type.Optional(Nullable(Type.Array(Type.String()))),
  like_: Type.Optional(Nullable(Type.String())),
})
export type TaskRunFilterName = Static<typeof TaskRunFilterName>

export const TaskRunFilterTags = Strict({
  operator: Type.Optional(Operator),
  all_: Type.Optional(Nullable(Type.Array(Type.String()))),
  is_null_: Type.Optional(Nullable(Type.Boolean())),
})
export type TaskRunFilterTags = Static<typeof TaskRunFilterTags>

export const TaskRunFilterStateType = Strict({
  any_: Type.Optional(Nullable(Type.Array(StateType))),
})
export type TaskRunFilterStateType = Static<typeof TaskRunFilterStateType>

export const TaskRunFilterStateName = Strict({
  any_: Type.Optional(Nullable(Type.Array(Type.String()))),
})
export type TaskRunFilterStateName = Static<typeof TaskRunFilterStateName>

export const TaskRunFilterState = Strict({
  operator: Type.Optional(Operator),
  type: Type.Optional(Nullable(TaskRunFilterStateType)),
  name: Type.Optional(Nullable(TaskRunFilterStateName)),
})
export type TaskRunFilterState = Static<typeof TaskRunFilterState>

export const TaskRunFilterStartTime = Strict({
  before_: Type.Optional(Nullable(DateTime)),
  after_: Type.Optional(Nullable(DateTime)),
  is_null_: Type.Optional(Nullable(Type.Boolean())),
})
export type TaskRunFilterStartTime = Static<typeof TaskRunFilterStartTime>

export const TaskRunFilterEndTime = Strict({
  before_: Type.Optional(Nullable(DateTime)),
  after_: Type.Optional(Nullable(DateTime)),
  is_null_: Type.Optional(Nullable(Type.Boolean())),
})
export type TaskRunFilterEndTime = Static<typeof TaskRunFilterEndTime>

export const TaskRunFilterExpectedStartTime = Strict({
  before_: Type.Optional(Nullable(DateTime)),
  after_: Type.Optional(Nullable(DateTime)),
})
export type TaskRunFilterExpectedStartTime = Static<typeof TaskRunFilterExpectedStartTime>

export const TaskRunFilterSubFlowRuns = Strict({
  exists_: Type.Optional(Nullable(Type.Boolean())),
})
export type TaskRunFilterSubFlowRuns = Static<typeof TaskRunFilterSubFlowRuns>

export const TaskRunFilterFlowRunId = Strict({
  operator: Type.Optional(Operator),
  any_: Type.Optional(Nullable(Type.Array(Uuid))),
  is_null_: Type.Optional(Nullable(Type.Boolean())),
})
export type TaskRunFilterFlowRunId = Static<typeof TaskRunFilterFlowRunId>

export const TaskRunFilter = Strict({
  operator: Type.Optional(Operator),
  id: Type.Optional(Nullable(TaskRunFilterId)),
  name: Type.Optional(Nullable(TaskRunFilterName)),
  tags: Type.Optional(Nullable(TaskRunFilterTags)),
  state: Type.Optional(Nullable(TaskRunFilterState)),
  start_time: Type.Optional(Nullable(TaskRunFilterStartTime)),
  end_time: Type.Optional(Nullable(TaskRunFilterEndTime)),
  expected_start_time: Type.Optional(Nullable(TaskRunFilterExpectedStartTime)),
  subflow_runs: Type.Optional(Nullable(TaskRunFilterSubFlowRuns)),
  flow_run_id: Type.Optional(Nullable(TaskRunFilterFlowRunId)),
})
export type TaskRunFilter = Static<typeof TaskRunFilter>

export const TaskRunSort = Type.Enum([
  'ID_DESC',
  'EXPECTED_START_TIME_ASC',
  'EXPECTED_START_TIME_DESC',
  'NAME_ASC',
  'NAME_DESC',
  'NEXT_SCHEDULED_START_TIME_ASC',
  'END_TIME_DESC',
])
export type TaskRunSort = Static<typeof TaskRunSort>
