import { Type, type Static } from 'typebox'
import { Uuid } from './ids.ts'
import { DateTime, Json } from './json.ts'
import { Default, Nullable, Strict } from './schema.ts'

const VariableName = Type.String({ maxLength: 255, lengthError: 'too_long', check: 'variable-name' })
const VariableValue = Type.Unsafe<Json>({ check: 'variable-value' })

export const VariableCreate = Strict({
  name: VariableName,
  value: VariableValue,
  tags: Default(Type.Array(Type.String()), []),
})
export type VariableCreate = Static<typeof VariableCreate>

export const VariableUpdate = Strict({
  name: Type.Optional(Nullable(VariableName)),
  value: Type.Optional(VariableValue),
  tags: Type.Optional(Nullable(Type.Array(Type.String()))),
})
export type VariableUpdate = Static<typeof VariableUpdate>

export const Variable = Type.Object({
  id: Uuid,
  created: Nullable(DateTime),
  updated: Nullable(DateTime),
  name: Type.String(),
  value: Json,
  tags: Type.Array(Type.String()),
})
export type Variable = Static<typeof Variable>
