import { Type, type Static } from 'typebox'
import { Operator } from './operator.ts'
import { Uuid } from '../ids.ts'
import { DateTime } from '../json.ts'
import { Nullable, Strict } from '../schema.ts'

export const AutomationFilterId = Strict({
  any_: Type.Optional(Nullable(Type.Array(Uuid))),
})
export type AutomationFilterId = Static<typeof AutomationFilterId>

export const AutomationFilterName = Strict({
  any_: Type.Optional(Nullable(Type.Array(Type.String()))),
})
export type AutomationFilterName = Static<typeof AutomationFilterName>

export const AutomationFilterCreated = Strict({
  before_: Type.Optional(Nullable(DateTime)),
})
export type AutomationFilterCreated = Static<typeof AutomationFilterCreated>

export const AutomationFilterTags = Strict({
  operator: Type.Optional(Operator),
  all_: Type.Optional(Nullable(Type.Array(Type.String()))),
  any_: Type.Optional(Nullable(Type.Array(Type.String()))),
  is_null_: Type.Optional(Nullable(Type.Boolean())),
})
export type AutomationFilterTags = Static<typeof AutomationFilterTags>

export const AutomationFilter = Strict({
  operator: Type.Optional(Operator),
  id: Type.Optional(Nullable(AutomationFilterId)),
  name: Type.Optional(Nullable(AutomationFilterName)),
  created: Type.Optional(Nullable(AutomationFilterCreated)),
  tags: Type.Optional(Nullable(AutomationFilterTags)),
})
export type AutomationFilter = Static<typeof AutomationFilter>

export const AutomationSort = Type.Enum(['CREATED_DESC', 'UPDATED_DESC', 'NAME_ASC', 'NAME_DESC'])
export type AutomationSort = Static<typeof AutomationSort>
