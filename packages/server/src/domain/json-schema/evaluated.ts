import type { Scope } from './keyword.ts'
import { findsPattern } from './keywords-values.ts'
import { field, isArray, isObject, type Json, type JsonObject } from './plain.ts'

/** Keys that some keyword of the schema, or of a branch that accepts the object, has looked at. */
export function evaluatedProperties(value: JsonObject, schema: Json, scope: Scope): ReadonlySet<string> {
  const keys = new Set<string>()
  collect(value, schema, scope, (applied) => {
    const properties = field(applied, 'properties')
    const patterns = field(applied, 'patternProperties')
    const isOpen = applied !== schema && Object.hasOwn(applied, 'unevaluatedProperties')
    const takesAll = isOpen || Object.hasOwn(applied, 'additionalProperties')
    for (const key of Object.keys(value)) {
      const isNamed = isObject(properties) && Object.hasOwn(properties, key)
      const isMatched = isObject(patterns) && Object.keys(patterns).some((pattern) => findsPattern(scope, pattern, key))
      if (takesAll || isNamed || isMatched) keys.add(key)
    }
  })
  return keys
}

export function evaluatedItems(value: readonly Json[], schema: Json, scope: Scope): ReadonlySet<number> {
  const indexes = new Set<number>()
  collect(value, schema, scope, (applied) => {
    const prefix = field(applied, 'prefixItems')
    const isOpen = applied !== schema && Object.hasOwn(applied, 'unevaluatedItems')
    const takesAll = isOpen || Object.hasOwn(applied, 'items')
    const contains = field(applied, 'contains')
    for (const [index, item] of value.entries()) {
      const isPrefix = prefix !== undefined && isArray(prefix) && index < prefix.length
      const isContained = contains !== undefined && scope.check(item, contains).length === 0
      if (takesAll || isPrefix || isContained) indexes.add(index)
    }
  })
  return indexes
}

/** Visits every schema that applies in place: the schema, its references and the branches that accept the value. */
function collect(value: Json, schema: Json, scope: Scope, visit: (schema: JsonObject) => void): void {
  const open: Json[] = [schema]
  const seen = new Set<Json>()
  for (let current = open.pop(); current !== undefined; current = open.pop()) {
    scope.spend(1 + (isArray(value) ? value.length : 0))
    if (!isObject(current) || seen.has(current)) continue
    seen.add(current)
    visit(current)
    open.push(...appliedBranches(value, current, scope))
  }
}

function appliedBranches(value: Json, schema: JsonObject, scope: Scope): readonly Json[] {
  const references = ['$ref', '$dynamicRef']
    .map((name) => field(schema, name))
    .filter((target) => typeof target === 'string')
  const alternatives = ['allOf', 'anyOf', 'oneOf'].flatMap((name) => field(schema, name) ?? [])
  const condition = field(schema, 'if')
  const holds = condition !== undefined && scope.check(value, condition).length === 0
  const consequence = condition === undefined ? undefined : field(schema, holds ? 'then' : 'else')
  const dependent = field(schema, 'dependentSchemas')
  return [
    ...references.map((target) => scope.resolve(target)),
    ...alternatives.filter((branch) => scope.check(value, branch).length === 0),
    ...(holds ? [condition] : []),
    ...(consequence === undefined ? [] : [consequence]),
    ...(isObject(dependent) && isObject(value)
      ? Object.entries(dependent).flatMap(([key, branch]) => (Object.hasOwn(value, key) ? [branch] : []))
      : []),
  ]
}
