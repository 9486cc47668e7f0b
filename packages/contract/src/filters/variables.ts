import { Type, type Static } from 'typebox'
import { Operator } from './operator.ts'
import { Uuid } from '../ids.ts'
import { Nullable, Strict } from '../schema.ts'

export const VariableFilterId = Strict({
  any_: Type.Optional(Nullable(Type.Array(Uuid))),
})
export type VariableFilterId = Static<typeof VariableFilterId>

export const VariableFilterName = Strict({
  any_: Type.Optional(Nullable(Type.Array(Type.String()))),
  like_: Type.Optional(Nullable(Type.String())),
})
export type VariableFilterName = Static<typeof VariableFilterName>

export const VariableFilterTags = Strict({
  operator: Type.Optional(Operator),
  all_: Type.Optional(Nullable(Type.Array(Type.String()))),
  is_null_: Type.Optional(Nullable(Type.Boolean())),
})
export type VariableFilterTags = Static<typeof VariableFilterTags>

export const VariableFilter = Strict({
  operator: Type.Optional(Operator),
  id: Type.Optional(Nullable(VariableFilterId)),
  name: Type.Optional(Nullable(VariableFilterName)),
  tags: Type.Optional(Nullable(VariableFilterTags)),
})
export type VariableFilter = Static<typeof VariableFilter>

export const VariableSort = Type.Enum(['CREATED_DESC', 'UPDATED_DESC', 'NAME_DESC', 'NAME_ASC'])
export type VariableSort = Static<typeof VariableSort>
