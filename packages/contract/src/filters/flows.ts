import { Type, type Static } from 'typebox'
import { Operator } from './operator.ts'
import { Uuid } from '../ids.ts'
import { Nullable, Strict } from '../schema.ts'

export const FlowFilterId = Strict({
  any_: Type.Optional(Nullable(Type.Array(Uuid))),
  not_any_: Type.Optional(Nullable(Type.Array(Uuid))),
})
export type FlowFilterId = Static<typeof FlowFilterId>

export const FlowFilterDeployment = Strict({
  operator: Type.Optional(Operator),
  is_null_: Type.Optional(Nullable(Type.Boolean())),
})
export type FlowFilterDeployment = Static<typeof FlowFilterDeployment>

export const FlowFilterName = Strict({
  any_: Type.Optional(Nullable(Type.Array(Type.String()))),
  like_: Type.Optional(Nullable(Type.String())),
})
export type FlowFilterName = Static<typeof FlowFilterName>

export const FlowFilterTags = Strict({
  operator: Type.Optional(Operator),
  all_: Type.Optional(Nullable(Type.Array(Type.String()))),
  is_null_: Type.Optional(Nullable(Type.Boolean())),
})
export type FlowFilterTags = Static<typeof FlowFilterTags>

export const FlowFilter = Strict({
  operator: Type.Optional(Operator),
  id: Type.Optional(Nullable(FlowFilterId)),
  deployment: Type.Optional(Nullable(FlowFilterDeployment)),
  name: Type.Optional(Nullable(FlowFilterName)),
  tags: Type.Optional(Nullable(FlowFilterTags)),
})
export type FlowFilter = Static<typeof FlowFilter>

export const FlowSort = Type.Enum(['CREATED_DESC', 'UPDATED_DESC', 'NAME_ASC', 'NAME_DESC'])
export type FlowSort = Static<typeof FlowSort>
