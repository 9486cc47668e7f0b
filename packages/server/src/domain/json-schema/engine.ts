import type { Json, JsonObject } from './plain.ts'
import { Halt } from './halt.ts'
import { applicatorKeywords } from './keywords-applicators.ts'
import { containerKeywords } from './keywords-containers.ts'
import type { Keyword, Scope, SchemaError } from './keyword.ts'
import { valueKeywords } from './keywords-values.ts'
import type { PatternCache } from './patterns.ts'
import { field, isObject } from './plain.ts'
import { pythonRepr } from './python-repr.ts'
import { resolveReference } from './references.ts'

/**
 * JSON Schema draft 2020-12 by interpretation: a user's schema is never turned into code.
 * Errors come in the order and with the words of the Python validator that Prefect 3.8 uses.
 * Work is counted, and a schema that recurses without end or costs too much is given up with a `Halt`.
 */
export function schemaErrors(input: {
  readonly value: Json
  readonly schema: Json
  readonly patterns: PatternCache
  /** Formats are annotations unless asked for. */
  readonly check_formats: boolean
}): readonly SchemaError[] {
  let steps = 0
  let depth = 0

  const scope: Scope = {
    patterns: input.patterns,
    check_formats: input.check_formats,
    spend(cost) {
      steps += cost
      if (steps > MOST_STEPS) throw new Halt({ kind: 'too-complex' })
    },
    resolve: (reference) => resolveReference(input.schema, reference, scope),
    check(value, schema) {
      scope.spend(1)
      depth += 1
      if (depth > DEEPEST) throw new Halt({ kind: 'circular' })
      const errors = applyKeywords(value, schema, scope)
      depth -= 1
      return errors
    },
    descend(value, schema, key) {
      const errors = scope.check(value, schema)
      scope.spend(errors.length)
      return errors.length === 0 ? errors : errors.map((error) => ({ ...error, path: [key, ...error.path] }))
    },
  }
  return scope.check(input.value, input.schema)
}

/** Half a second of work at worst; checking a list of 100,000 numbers takes 200,000. */
const MOST_STEPS = 500_000
const DEEPEST = 200

const KEYWORDS: ReadonlyMap<string, Keyword> = new Map([
  ...Object.entries(valueKeywords),
  ...Object.entries(containerKeywords),
  ...Object.entries(applicatorKeywords),
])

function applyKeywords(value: Json, schema: Json, scope: Scope): readonly SchemaError[] {
  if (schema === false) {
    return [
      {
        path: [],
        keyword: null,
        schema,
        value,
        context: [],
        message: () => `False schema does not allow ${pythonRepr(value)}`,
      },
    ]
  }
  if (!isObject(schema)) return []
  return Object.keys(schema).flatMap((name) => applyKeyword(name, value, schema, scope))
}

function applyKeyword(name: string, value: Json, schema: JsonObject, scope: Scope): readonly SchemaError[] {
  const keyword = KEYWORDS.get(name)
  const argument = field(schema, name)
  if (keyword === undefined || argument === undefined) return []
  scope.spend(1)
  return keyword({ name, argument, value, schema, scope })
}
