import { Type, type Static } from 'typebox'
import { Operator } from './operator.ts'
import { Uuid } from '../ids.ts'
import { Nullable, Strict } from '../schema.ts'

export const WorkPoolFilterId = Strict({
  any_: Type.Optional(Nullable(Type.Array(Uuid))),
})
export type WorkPoolFilterId = Static<typeof WorkPoolFilterId>

export const WorkPoolFilterName = Strict({
  any_: Type.Optional(Nullable(Type.Array(Type.String()))),
})
export type WorkPoolFilterName = Static<typeof WorkPoolFilterName>

export const WorkPoolFilterType = Strict({
  any_: Type.Optional(Nullable(Type.Array(Type.String()))),
})
export type WorkPoolFilterType = Static<typeof WorkPoolFilterType>

export const WorkPoolFilter = Strict({
  operator: Type.Optional(Operator),
  id: Type.Optional(Nullable(WorkPoolFilterId)),
  name: Type.Optional(Nullable(WorkPoolFilterName)),
  type: Type.Optional(Nullable(WorkPoolFilterType)),
})
export type WorkPoolFilter = Static<typeof WorkPoolFilter>
