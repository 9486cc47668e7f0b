import { Type, type Static } from 'typebox'
import { Operator } from './operator.ts'
import { Uuid } from '../ids.ts'
import { Nullable, Strict } from '../schema.ts'

export const WorkQueueFilterId = Strict({
  any_: Type.Optional(Nullable(Type.Array(Uuid))),
})
export type WorkQueueFilterId = Static<typeof WorkQueueFilterId>

export const WorkQueueFilterName = Strict({
  any_: Type.Optional(Nullable(Type.Array(Type.String()))),
  startswith_: Type.Optional(Nullable(Type.Array(Type.String()))),
})
export type WorkQueueFilterName = Static<typeof WorkQueueFilterName>

export const WorkQueueFilter = Strict({
  operator: Type.Optional(Operator),
  id: Type.Optional(Nullable(WorkQueueFilterId)),
  name: Type.Optional(Nullable(WorkQueueFilterName)),
})
export type WorkQueueFilter = Static<typeof WorkQueueFilter>
