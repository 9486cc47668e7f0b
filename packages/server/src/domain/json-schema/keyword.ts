import type { Json, JsonObject } from './plain.ts'
import type { PatternCache } from './patterns.ts'

export interface SchemaError {
  /** From the value that was checked to the one that is wrong; in a context, from the value of the enclosing error. */
  readonly path: readonly (string | number)[]
  readonly keyword: string | null
  readonly schema: Json
  readonly value: Json
  /** What each branch of an `anyOf` or `oneOf` had to say. */
  readonly context: readonly SchemaError[]
  /** Made when asked for: most errors of a context are never shown, and values may be large. */
  readonly message: () => string
}

export interface Scope {
  readonly patterns: PatternCache
  readonly check_formats: boolean
  spend(cost: number): void
  resolve(reference: string): Json
  check(value: Json, schema: Json): readonly SchemaError[]
  descend(value: Json, schema: Json, key: string | number): readonly SchemaError[]
}

export interface KeywordCall {
  readonly name: string
  readonly argument: Json
  readonly value: Json
  readonly schema: JsonObject
  readonly scope: Scope
}

/** A keyword whose argument makes no sense finds nothing: the schema itself is checked elsewhere. */
export type Keyword = (call: KeywordCall) => readonly SchemaError[]

export function violation(
  call: KeywordCall,
  message: () => string,
  context: readonly SchemaError[] = [],
): readonly SchemaError[] {
  return [{ path: [], keyword: call.name, schema: call.schema, value: call.value, context, message }]
}
