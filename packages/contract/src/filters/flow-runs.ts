import { Type, type Static } from 'typebox'
import { Operator } from './operator.ts'
import { Uuid } from '../ids.ts'
import { DateTime } from '../json.ts'
import { Nullable, Strict } from '../schema.ts'
import { StateType } from '../states.ts'

export const FlowRunFilterId = Strict({
  any_: Type.Optional(Nullable(Type.Array(Uuid))),
  not_any_: Type.Optional(Nullable(Type.Array(Uuid))),
})
export type FlowRunFilterId = Static<typeof FlowRunFilterId>

export const FlowRunFilterName = Strict({
  any_: Type.Optional(Nullable(Type.Array(Type.String()))),
  like_: Type.Optional(Nullable(Type.String())),
})
export type FlowRunFilterName = Static<typeof FlowRunFilterName>

export const FlowRunFilterTags = Strict({
  operator: Type.Optional(Operator),
  all_: Type.Optional(Nullable(Type.Array(Type.String()))),
  any_: Type.Optional(Nullable(Type.Array(Type.String()))),
  is_null_: Type.Optional(Nullable(Type.Boolean())),
})
export type FlowRunFilterTags = Static<typeof FlowRunFilterTags>

export const FlowRunFilterDeploymentId = Strict({
  operator: Type.Optional(Operator),
  any_: Type.Optional(Nullable(Type.Array(Uuid))),
  is_null_: Type.Optional(Nullable(Type.Boolean())),
})
export type FlowRunFilterDeploymentId = Static<typeof FlowRunFilterDeploymentId>

export const FlowRunFilterWorkQueueName = Strict({
  operator: Type.Optional(Operator),
  any_: Type.Optional(Nullable(Type.Array(Type.String()))),
  is_null_: Type.Optional(Nullable(Type.Boolean())),
})
export type FlowRunFilterWorkQueueName = Static<typeof FlowRunFilterWorkQueueName>

export const FlowRunFilterStateType = Strict({
  any_: Type.Optional(Nullable(Type.Array(StateType))),
  not_any_: Type.Optional(Nullable(Type.Array(StateType))),
})
export type FlowRunFilterStateType = Static<typeof FlowRunFilterStateType>

export const FlowRunFilterStateName = Strict({
  any_: Type.Optional(Nullable(Type.Array(Type.String()))),
  not_any_: Type.Optional(Nullable(Type.Array(Type.String()))),
})
export type FlowRunFilterStateName = Static<typeof FlowRunFilterStateName>

export const FlowRunFilterState = Strict({
  operator: Type.Optional(Operator),
  type: Type.Optional(Nullable(FlowRunFilterStateType)),
  name: Type.Optional(Nullable(FlowRunFilterStateName)),
})
export type FlowRunFilterState = Static<typeof FlowRunFilterState>

export const FlowRunFilterFlowVersion = Strict({
  any_: Type.Optional(Nullable(Type.Array(Type.String()))),
})
export type FlowRunFilterFlowVersion = Static<typeof FlowRunFilterFlowVersion>

export const FlowRunFilterStartTime = Strict({
  before_: Type.Optional(Nullable(DateTime)),
  after_: Type.Optional(Nullable(DateTime)),
  is_null_: Type.Optional(Nullable(Type.Boolean())),
})
export type FlowRunFilterStartTime = Static<typeof FlowRunFilterStartTime>

export const FlowRunFilterEndTime = Strict({
  before_: Type.Optional(Nullable(DateTime)),
  after_: Type.Optional(Nullable(DateTime)),
  is_null_: Type.Optional(Nullable(Type.Boolean())),
})
export type FlowRunFilterEndTime = Static<typeof FlowRunFilterEndTime>

export const FlowRunFilterExpectedStartTime = Strict({
  before_: Type.Optional(Nullable(DateTime)),
  after_: Type.Optional(Nullable(DateTime)),
})
export type FlowRunFilterExpectedStartTime = Static<typeof FlowRunFilterExpectedStartTime>

export const FlowRunFilterNextScheduledStartTime = Strict({
  before_: Type.Optional(Nullable(DateTime)),
  after_: Type.Optional(Nullable(DateTime)),
})
export type FlowRunFilterNextScheduledStartTime = Static<typeof FlowRunFilterNextScheduledStartTime>

export const FlowRunFilterParentFlowRunId = Strict({
  operator: Type.Optional(Operator),
  any_: Type.Optional(Nullable(Type.Array(Uuid))),
})
export type FlowRunFilterParentFlowRunId = Static<typeof FlowRunFilterParentFlowRunId>

export const FlowRunFilterParentTaskRunId = Strict({
  operator: Type.Optional(Operator),
  any_: Type.Optional(Nullable(Type.Array(Uuid))),
  is_null_: Type.Optional(Nullable(Type.Boolean())),
})
export type FlowRunFilterParentTaskRunId = Static<typeof FlowRunFilterParentTaskRunId>

export const FlowRunFilterIdempotencyKey = Strict({
  any_: Type.Optional(Nullable(Type.Array(Type.String()))),
  not_any_: Type.Optional(Nullable(Type.Array(Type.String()))),
})
export type FlowRunFilterIdempotencyKey = Static<typeof FlowRunFilterIdempotencyKey>

export const FlowRunFilterCreatedBy = Strict({
  operator: Type.Optional(Operator),
  id_: Type.Optional(Nullable(Type.Array(Uuid))),
  type_: Type.Optional(Nullable(Type.Array(Type.String()))),
  is_null_: Type.Optional(Nullable(Type.Boolean())),
})
export type FlowRunFilterCreatedBy = Static<typeof FlowRunFilterCreatedBy>

export const FlowRunFilter = Strict({
  operator: Type.Optional(Operator),
  id: Type.Optional(Nullable(FlowRunFilterId)),
  name: Type.Optional(Nullable(FlowRunFilterName)),
  tags: Type.Optional(Nullable(FlowRunFilterTags)),
  deployment_id: Type.Optional(Nullable(FlowRunFilterDeploymentId)),
  work_queue_name: Type.Optional(Nullable(FlowRunFilterWorkQueueName)),
  state: Type.Optional(Nullable(FlowRunFilterState)),
  flow_version: Type.Optional(Nullable(FlowRunFilterFlowVersion)),
  start_time: Type.Optional(Nullable(FlowRunFilterStartTime)),
  end_time: Type.Optional(Nullable(FlowRunFilterEndTime)),
  expected_start_time: Type.Optional(Nullable(FlowRunFilterExpectedStartTime)),
  next_scheduled_start_time: Type.Optional(Nullable(FlowRunFilterNextScheduledStartTime)),
  parent_flow_run_id: Type.Optional(Nullable(FlowRunFilterParentFlowRunId)),
  parent_task_run_id: Type.Optional(Nullable(FlowRunFilterParentTaskRunId)),
  idempotency_key: Type.Optional(Nullable(FlowRunFilterIdempotencyKey)),
  created_by: Type.Optional(Nullable(FlowRunFilterCreatedBy)),
})
export type FlowRunFilter = Static<typeof FlowRunFilter>

export const FlowRunSort = Type.Enum([
  'ID_DESC',
  'START_TIME_ASC',
  'START_TIME_DESC',
  'EXPECTED_START_TIME_ASC',
  'EXPECTED_START_TIME_DESC',
  'NAME_ASC',
  'NAME_DESC',
  'NEXT_SCHEDULED_START_TIME_ASC',
  'END_TIME_DESC',
])
export type FlowRunSort = Static<typeof FlowRunSort>
