import type { Json, JsonObject } from './plain.ts'
import { evaluatedItems, evaluatedProperties } from './evaluated.ts'
import { violation, type Keyword, type KeywordCall } from './keyword.ts'
import { costlyCanonical, findsPattern } from './keywords-values.ts'
import { field, isArray, isObject, numberOf } from './plain.ts'
import { pythonRepr } from './python-repr.ts'

export const containerKeywords: Readonly<Record<string, Keyword>> = {
  properties({ argument, scope, value }) {
    if (!isObject(value) || !isObject(argument)) return []
    return Object.entries(argument).flatMap(([key, schema]) => {
      const item = field(value, key)
      return item === undefined ? [] : scope.descend(item, schema, key)
    })
  },
  patternProperties({ argument, scope, value }) {
    if (!isObject(value) || !isObject(argument)) return []
    return Object.entries(argument).flatMap(([pattern, schema]) =>
      Object.entries(value).flatMap(([key, item]) =>
        findsPattern(scope, pattern, key) ? scope.descend(item, schema, key) : [],
      ),
    )
  },
  propertyNames({ argument, scope, value }) {
    return isObject(value) ? Object.keys(value).flatMap((key) => scope.check(key, argument)) : []
  },
  additionalProperties(call) {
    const { argument, scope, value } = call
    if (!isObject(value)) return []
    const extras = additionalKeys(value, call)
    if (isObject(argument)) return extras.flatMap((key) => scope.descend(value[key] ?? null, argument, key))
    if (argument !== false || extras.length === 0) return []
    return violation(call, () => additionalMessage(call, extras.sort()))
  },
  unevaluatedProperties(call) {
    const { argument, schema, scope, value } = call
    if (!isObject(value)) return []
    const evaluated = evaluatedProperties(value, schema, scope)
    const wrong = Object.keys(value).filter(
      (key) => !evaluated.has(key) && scope.check(value[key] ?? null, argument).length > 0,
    )
    if (wrong.length === 0) return []
    if (argument === false)
      return violation(call, () => `Unevaluated properties are not allowed (${unexpected(wrong.sort())} unexpected)`)
    return violation(
      call,
      () =>
        `Unevaluated properties are not valid under the given schema (${unexpected(wrong)} unevaluated and invalid)`,
    )
  },
  required(call) {
    const { argument, value } = call
    if (!isObject(value) || !isArray(argument)) return []
    return argument
      .filter((key) => typeof key === 'string' && !Object.hasOwn(value, key))
      .flatMap((key) => violation(call, () => `${pythonRepr(key)} is a required property`))
  },
  dependentRequired(call) {
    const { argument, value } = call
    if (!isObject(value) || !isObject(argument)) return []
    return Object.entries(argument).flatMap(([key, needed]) => {
      if (!Object.hasOwn(value, key) || !isArray(needed)) return []
      const missing = needed.filter((each) => typeof each === 'string' && !Object.hasOwn(value, each))
      return missing.flatMap((each) =>
        violation(call, () => `${pythonRepr(each)} is a dependency of ${pythonRepr(key)}`),
      )
    })
  },
  minProperties: size({
    of: 'keys',
    isWrong: isBelow,
    special: 1,
    specially: 'should be non-empty',
    usually: 'does not have enough properties',
  }),
  maxProperties: size({
    of: 'keys',
    isWrong: isAbove,
    special: 0,
    specially: 'is expected to be empty',
    usually: 'has too many properties',
  }),
  minItems: size({
    of: 'items',
    isWrong: isBelow,
    special: 1,
    specially: 'should be non-empty',
    usually: 'is too short',
  }),
  maxItems: size({
    of: 'items',
    isWrong: isAbove,
    special: 0,
    specially: 'is expected to be empty',
    usually: 'is too long',
  }),
  prefixItems({ argument, scope, value }) {
    if (!isArray(value) || !isArray(argument)) return []
    return argument
      .slice(0, value.length)
      .flatMap((schema, index) => scope.descend(value[index] ?? null, schema, index))
  },
  items(call) {
    const { argument, schema, scope, value } = call
    if (!isArray(value)) return []
    const prefixItems = field(schema, 'prefixItems')
    const prefix = prefixItems !== undefined && isArray(prefixItems) ? prefixItems.length : 0
    const rest = value.slice(prefix)
    if (argument !== false) return rest.flatMap((item, index) => scope.descend(item, argument, prefix + index))
    if (rest.length === 0) return []
    return violation(call, () => {
      const shown = rest.length === 1 ? (rest[0] ?? null) : rest
      return `Expected at most ${prefix} ${prefix === 1 ? 'item' : 'items'} but found ${rest.length} extra: ${pythonRepr(shown)}`
    })
  },
  unevaluatedItems(call) {
    const { argument, schema, scope, value } = call
    if (!isArray(value)) return []
    const evaluated = evaluatedItems(value, schema, scope)
    const wrong = value.filter((item, index) => !evaluated.has(index) && scope.check(item, argument).length > 0)
    if (wrong.length === 0) return []
    return violation(call, () => `Unevaluated items are not allowed (${unexpected(wrong)} unexpected)`)
  },
  contains(call) {
    const { argument, schema, scope, value } = call
    if (!isArray(value)) return []
    const least = numberOf(field(schema, 'minContains') ?? 1) ?? 1
    const most = numberOf(field(schema, 'maxContains') ?? value.length) ?? value.length
    const matches = value.filter((item) => scope.check(item, argument).length === 0).length
    if (matches > most) {
      return violation(call, () => `Too many items match the given schema (expected at most ${most})`)
    }
    if (matches >= least) return []
    return violation(call, () =>
      matches === 0
        ? `${pythonRepr(value)} does not contain items matching the given schema`
        : `Too few items match the given schema (expected at least ${least} but only ${matches} matched)`,
    )
  },
  uniqueItems(call) {
    const { argument, scope, value } = call
    if (argument !== true || !isArray(value)) return []
    if (new Set(value.map((item) => costlyCanonical(item, scope))).size === value.length) return []
    return violation(call, () => `${pythonRepr(value)} has non-unique elements`)
  },
}

function additionalKeys(value: JsonObject, { schema, scope }: KeywordCall): string[] {
  const properties = field(schema, 'properties')
  const patternProperties = field(schema, 'patternProperties')
  const patterns = isObject(patternProperties) ? Object.keys(patternProperties) : []
  return Object.keys(value).filter((key) => {
    scope.spend(1)
    if (isObject(properties) && Object.hasOwn(properties, key)) return false
    return !patterns.some((pattern) => findsPattern(scope, pattern, key))
  })
}

function additionalMessage({ schema }: KeywordCall, extras: readonly string[]): string {
  const patternProperties = field(schema, 'patternProperties')
  if (!isObject(patternProperties)) return `Additional properties are not allowed (${unexpected(extras)} unexpected)`
  const patterns = Object.keys(patternProperties).sort().map(pythonRepr).join(', ')
  return `${extras.map(pythonRepr).join(', ')} ${extras.length === 1 ? 'does' : 'do'} not match any of the regexes: ${patterns}`
}

function unexpected(extras: readonly Json[]): string {
  return `${extras.map(pythonRepr).join(', ')} ${extras.length === 1 ? 'was' : 'were'}`
}

/** Refuses an object or a list of the wrong size; `special` is the limit for which there are other words. */
function size(options: {
  readonly of: 'keys' | 'items'
  readonly isWrong: (count: number, limit: number) => boolean
  readonly special: number
  readonly specially: string
  readonly usually: string
}): Keyword {
  return (call) => {
    const limit = numberOf(call.argument)
    const count = options.of === 'keys' ? keysOf(call.value) : itemsOf(call.value)
    if (count === null || limit === null || !options.isWrong(count, limit)) return []
    return violation(
      call,
      () => `${pythonRepr(call.value)} ${limit === options.special ? options.specially : options.usually}`,
    )
  }
}

function keysOf(value: Json): number | null {
  return isObject(value) ? Object.keys(value).length : null
}

function itemsOf(value: Json): number | null {
  return isArray(value) ? value.length : null
}

function isBelow(count: number, limit: number): boolean {
  return count < limit
}

function isAbove(count: number, limit: number): boolean {
  return count > limit
}
