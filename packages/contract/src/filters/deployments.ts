import { Type, type Static } from 'typebox'
import { Operator } from './operator.ts'
import { Uuid } from '../ids.ts'
import { Integer, Nullable, Strict } from '../schema.ts'

export const DeploymentFilterId = Strict({
  any_: Type.Optional(Nullable(Type.Array(Uuid))),
  not_any_: Type.Optional(Nullable(Type.Array(Uuid))),
})
export type DeploymentFilterId = Static<typeof DeploymentFilterId>

export const DeploymentFilterName = Strict({
  any_: Type.Optional(Nullable(Type.Array(Type.String()))),
  like_: Type.Optional(Nullable(Type.String())),
})
export type DeploymentFilterName = Static<typeof DeploymentFilterName>

export const DeploymentOrFlowNameFilter = Strict({
  like_: Type.Optional(Nullable(Type.String())),
})
export type DeploymentOrFlowNameFilter = Static<typeof DeploymentOrFlowNameFilter>

export const DeploymentFilterPaused = Strict({
  eq_: Type.Optional(Nullable(Type.Boolean())),
})
export type DeploymentFilterPaused = Static<typeof DeploymentFilterPaused>

export const DeploymentFilterTags = Strict({
  operator: Type.Optional(Operator),
  all_: Type.Optional(Nullable(Type.Array(Type.String()))),
  any_: Type.Optional(Nullable(Type.Array(Type.String()))),
  is_null_: Type.Optional(Nullable(Type.Boolean())),
})
export type DeploymentFilterTags = Static<typeof DeploymentFilterTags>

export const DeploymentFilterWorkQueueName = Strict({
  any_: Type.Optional(Nullable(Type.Array(Type.String()))),
})
export type DeploymentFilterWorkQueueName = Static<typeof DeploymentFilterWorkQueueName>

export const DeploymentFilterConcurrencyLimit = Strict({
  ge_: Type.Optional(Nullable(Integer())),
  le_: Type.Optional(Nullable(Integer())),
  is_null_: Type.Optional(Nullable(Type.Boolean())),
})
export type DeploymentFilterConcurrencyLimit = Static<typeof DeploymentFilterConcurrencyLimit>

export const DeploymentFilter = Strict({
  operator: Type.Optional(Operator),
  id: Type.Optional(Nullable(DeploymentFilterId)),
  name: Type.Optional(Nullable(DeploymentFilterName)),
  flow_or_deployment_name: Type.Optional(Nullable(DeploymentOrFlowNameFilter)),
  paused: Type.Optional(Nullable(DeploymentFilterPaused)),
  tags: Type.Optional(Nullable(DeploymentFilterTags)),
  work_queue_name: Type.Optional(Nullable(DeploymentFilterWorkQueueName)),
  concurrency_limit: Type.Optional(Nullable(DeploymentFilterConcurrencyLimit)),
})
export type DeploymentFilter = Static<typeof DeploymentFilter>

export const DeploymentSort = Type.Enum(['CREATED_DESC', 'UPDATED_DESC', 'NAME_ASC', 'NAME_DESC'])
export type DeploymentSort = Static<typeof DeploymentSort>
