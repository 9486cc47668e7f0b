import { Type, type Static } from 'typebox'
import { Uuid } from './ids.ts'
import { DateTime } from './json.ts'
import { SCOPES } from './operation.ts'
import { Default, Nullable } from './schema.ts'

const Scope = Type.Enum([...SCOPES])

export const ApiKeyCreate = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 200 }),
  /** What the key allows; each scope contains those before it. */
  scopes: Type.Array(Scope, { minItems: 1, maxItems: SCOPES.length }),
  /** Null: until it is revoked. */
  expires: Default(Nullable(DateTime), null),
})
export type ApiKeyCreate = Static<typeof ApiKeyCreate>

const shown = {
  id: Uuid,
  name: Type.String(),
  scopes: Type.Array(Scope),
  /** The last characters of the key. */
  hint: Type.String(),
  created: DateTime,
  expires: Nullable(DateTime),
  last_used: Nullable(DateTime),
  revoked: Nullable(DateTime),
}

export const ApiKey = Type.Object(shown)
export type ApiKey = Static<typeof ApiKey>

/** The only answer that has the key itself. */
export const CreatedApiKey = Type.Object({ ...shown, key: Type.String() })
export type CreatedApiKey = Static<typeof CreatedApiKey>
