import type { Json } from './plain.ts'
import { violation, type Keyword, type KeywordCall, type SchemaError } from './keyword.ts'
import { field, isArray, isObject } from './plain.ts'
import { pythonRepr } from './python-repr.ts'

export const applicatorKeywords: Readonly<Record<string, Keyword>> = {
  $ref: followReference,
  $dynamicRef: followReference,
  allOf: ({ argument, scope, value }) =>
    isArray(argument) ? argument.flatMap((schema) => scope.check(value, schema)) : [],
  anyOf(call) {
    const { argument, value } = call
    if (!isArray(argument)) return []
    const { errors } = firstMatch(call, argument)
    if (errors === null) return []
    return violation(call, () => `${pythonRepr(value)} is not valid under any of the given schemas`, errors)
  },
  oneOf(call) {
    const { argument, scope, value } = call
    if (!isArray(argument)) return []
    const { errors, index } = firstMatch(call, argument)
    if (errors !== null) {
      return violation(call, () => `${pythonRepr(value)} is not valid under any of the given schemas`, errors)
    }
    const others = argument.slice(index + 1).filter((schema) => scope.check(value, schema).length === 0)
    if (others.length === 0) return []
    return violation(call, () => {
      const matching = [...others, argument[index] ?? null].map(pythonRepr).join(', ')
      return `${pythonRepr(value)} is valid under each of ${matching}`
    })
  },
  not(call) {
    const { argument, scope, value } = call
    if (scope.check(value, argument).length > 0) return []
    return violation(call, () => `${pythonRepr(value)} should not be valid under ${pythonRepr(argument)}`)
  },
  if({ argument, schema, scope, value }) {
    const branch = field(schema, scope.check(value, argument).length === 0 ? 'then' : 'else')
    return branch === undefined ? [] : scope.check(value, branch)
  },
  dependentSchemas({ argument, scope, value }) {
    if (!isObject(value) || !isObject(argument)) return []
    return Object.entries(argument).flatMap(([key, schema]) =>
      Object.hasOwn(value, key) ? scope.check(value, schema) : [],
    )
  },
}

function followReference({ argument, scope, value }: KeywordCall): readonly SchemaError[] {
  return typeof argument === 'string' ? scope.check(value, scope.resolve(argument)) : []
}

/** The first branch that accepts the value; `errors` is null when there is one, else everything the branches said. */
function firstMatch(
  { scope, value }: KeywordCall,
  branches: readonly Json[],
): { readonly index: number; readonly errors: readonly SchemaError[] | null } {
  const all: SchemaError[] = []
  for (const [index, schema] of branches.entries()) {
    const errors = scope.check(value, schema)
    if (errors.length === 0) return { index, errors: null }
    scope.spend(errors.length)
    for (const error of errors) all.push(error)
  }
  return { index: -1, errors: all }
}
