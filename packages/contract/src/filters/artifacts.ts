import { Type, type Static } from 'typebox'
import { Operator } from './operator.ts'
import { Uuid } from '../ids.ts'
import { Nullable, Strict } from '../schema.ts'

export const ArtifactFilterId = Strict({
  any_: Type.Optional(Nullable(Type.Array(Uuid))),
})
export type ArtifactFilterId = Static<typeof ArtifactFilterId>

export const ArtifactFilterKey = Strict({
  any_: Type.Optional(Nullable(Type.Array(Type.String()))),
  like_: Type.Optional(Nullable(Type.String())),
  exists_: Type.Optional(Nullable(Type.Boolean())),
})
export type ArtifactFilterKey = Static<typeof ArtifactFilterKey>

export const ArtifactFilterFlowRunId = Strict({
  any_: Type.Optional(Nullable(Type.Array(Uuid))),
})
export type ArtifactFilterFlowRunId = Static<typeof ArtifactFilterFlowRunId>

export const ArtifactFilterTaskRunId = Strict({
  any_: Type.Optional(Nullable(Type.Array(Uuid))),
})
export type ArtifactFilterTaskRunId = Static<typeof ArtifactFilterTaskRunId>

export const ArtifactFilterType = Strict({
  any_: Type.Optional(Nullable(Type.Array(Type.String()))),
  not_any_: Type.Optional(Nullable(Type.Array(Type.String()))),
})
export type ArtifactFilterType = Static<typeof ArtifactFilterType>

export const ArtifactFilter = Strict({
  operator: Type.Optional(Operator),
  id: Type.Optional(Nullable(ArtifactFilterId)),
  key: Type.Optional(Nullable(ArtifactFilterKey)),
  flow_run_id: Type.Optional(Nullable(ArtifactFilterFlowRunId)),
  task_run_id: Type.Optional(Nullable(ArtifactFilterTaskRunId)),
  type: Type.Optional(Nullable(ArtifactFilterType)),
})
export type ArtifactFilter = Static<typeof ArtifactFilter>

export const ArtifactCollectionFilterLatestId = Strict({
  any_: Type.Optional(Nullable(Type.Array(Uuid))),
})
export type ArtifactCollectionFilterLatestId = Static<typeof ArtifactCollectionFilterLatestId>

export const ArtifactCollectionFilterKey = Strict({
  any_: Type.Optional(Nullable(Type.Array(Type.String()))),
  like_: Type.Optional(Nullable(Type.String())),
  exists_: Type.Optional(Nullable(Type.Boolean())),
})
export type ArtifactCollectionFilterKey = Static<typeof ArtifactCollectionFilterKey>

export const ArtifactCollectionFilterFlowRunId = Strict({
  any_: Type.Optional(Nullable(Type.Array(Uuid))),
})
export type ArtifactCollectionFilterFlowRunId = Static<typeof ArtifactCollectionFilterFlowRunId>

export const ArtifactCollectionFilterTaskRunId = Strict({
  any_: Type.Optional(Nullable(Type.Array(Uuid))),
})
export type ArtifactCollectionFilterTaskRunId = Static<typeof ArtifactCollectionFilterTaskRunId>

export const ArtifactCollectionFilterType = Strict({
  any_: Type.Optional(Nullable(Type.Array(Type.String()))),
  not_any_: Type.Optional(Nullable(Type.Array(Type.String()))),
})
export type ArtifactCollectionFilterType = Static<typeof ArtifactCollectionFilterType>

export const ArtifactCollectionFilter = Strict({
  operator: Type.Optional(Operator),
  latest_id: Type.Optional(Nullable(ArtifactCollectionFilterLatestId)),
  key: Type.Optional(Nullable(ArtifactCollectionFilterKey)),
  flow_run_id: Type.Optional(Nullable(ArtifactCollectionFilterFlowRunId)),
  task_run_id: Type.Optional(Nullable(ArtifactCollectionFilterTaskRunId)),
  type: Type.Optional(Nullable(ArtifactCollectionFilterType)),
})
export type ArtifactCollectionFilter = Static<typeof ArtifactCollectionFilter>

export const ArtifactSort = Type.Enum(['CREATED_DESC', 'UPDATED_DESC', 'ID_DESC', 'KEY_DESC', 'KEY_ASC'])
export type ArtifactSort = Static<typeof ArtifactSort>

export const ArtifactCollectionSort = Type.Enum(['CREATED_DESC', 'UPDATED_DESC', 'ID_DESC', 'KEY_DESC', 'KEY_ASC'])
export type ArtifactCollectionSort = Static<typeof ArtifactCollectionSort>
