import { Type, type Static } from 'typebox'
import { Uuid } from './ids.ts'
import { DateTime, Json } from './json.ts'
import { Default, Nullable, Strict } from './schema.ts'

export const VariableCreate = Strict({
  name: Type.String({ maxLength: 255 }),
  value: Json,
  tags: Default(Type.Array(Type.String()), []),
})
export type VariableCreate = Static<typeof VariableCreate>

export const VariableUpdate = Strict({
  name: Type.Optional(Nullable(Type.String({ maxLength: 255 }))),
  value: Type.Optional(Json),
  tags: Type.Optional(Nullable(Type.Array(Type.String()))),
})
export type VariableUpdate = Static<typeof VariableUpdate>

export const Variable = Type.Object({
  id: Uuid,
  created: Nullable(DateTime),
  updated: Nullable(DateTime),
  name: Type.String({ maxLength: 255 }),
  value: Json,
  tags: Type.Array(Type.String()),
})
export type Variable = Static<typeof Variable>
