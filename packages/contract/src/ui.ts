import { Type, type Static } from 'typebox'

export interface SchemaValueError {
  readonly property?: string
  readonly index?: number
  readonly errors: readonly (string | SchemaValueError)[]
}

export const SchemaValueError = Type.Unsafe<string | SchemaValueError>({})

export const SchemaValuesValidationResponse = Type.Object({
  errors: Type.Array(SchemaValueError),
  valid: Type.Boolean(),
})
export type SchemaValuesValidationResponse = Static<typeof SchemaValuesValidationResponse>
