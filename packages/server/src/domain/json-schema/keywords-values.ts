import type { Json } from './plain.ts'
import { matchesFormat } from './formats.ts'
import { Halt } from './halt.ts'
import { violation, type Keyword, type KeywordCall, type Scope, type SchemaError } from './keyword.ts'
import { canonical, isArray, isObject, measure, numberOf } from './plain.ts'
import { pythonRepr, pythonStr } from './python-repr.ts'

export const valueKeywords: Readonly<Record<string, Keyword>> = {
  type(call) {
    const types = typeof call.argument === 'string' ? [call.argument] : call.argument
    if (!isArray(types) || types.some((type) => typeof type === 'string' && isType(call.value, type))) return []
    return violation(call, () => `${pythonRepr(call.value)} is not of type ${types.map(pythonRepr).join(', ')}`)
  },
  enum(call) {
    const { argument, scope, value } = call
    if (!isArray(argument)) return []
    const wanted = costlyCanonical(value, scope)
    if (argument.some((option) => costlyCanonical(option, scope) === wanted)) return []
    return violation(call, () => `${pythonRepr(value)} is not one of ${pythonRepr(argument)}`)
  },
  const(call) {
    const { argument, scope, value } = call
    if (costlyCanonical(value, scope) === costlyCanonical(argument, scope)) return []
    return violation(call, () => `${pythonRepr(argument)} was expected`)
  },
  minimum: bound((value, limit) => value < limit, 'less than the minimum of'),
  maximum: bound((value, limit) => value > limit, 'greater than the maximum of'),
  exclusiveMinimum: bound((value, limit) => value <= limit, 'less than or equal to the minimum of'),
  exclusiveMaximum: bound((value, limit) => value >= limit, 'greater than or equal to the maximum of'),
  multipleOf(call) {
    const value = numberOf(call.value)
    const divisor = numberOf(call.argument)
    if (value === null || divisor === null || divisor === 0) return []
    const isMultiple = Number.isInteger(divisor) ? value % divisor === 0 : Number.isInteger(value / divisor)
    if (isMultiple) return []
    return violation(call, () => `${pythonRepr(call.value)} is not a multiple of ${pythonStr(call.argument)}`)
  },
  minLength: length((size, limit) => size < limit, {
    special: 1,
    specially: 'should be non-empty',
    usually: 'is too short',
  }),
  maxLength: length((size, limit) => size > limit, {
    special: 0,
    specially: 'is expected to be empty',
    usually: 'is too long',
  }),
  pattern(call) {
    const { argument, value } = call
    if (typeof value !== 'string' || typeof argument !== 'string' || findsPattern(call.scope, argument, value))
      return []
    return violation(call, () => `${pythonRepr(value)} does not match ${pythonRepr(argument)}`)
  },
  format(call) {
    const { argument, scope, value } = call
    if (!scope.check_formats || typeof value !== 'string' || typeof argument !== 'string') return []
    if (matchesFormat(argument, value, scope.patterns)) return []
    return violation(call, () => `${pythonRepr(value)} is not a ${pythonRepr(argument)}`)
  },
}

export function isType(value: Json, type: string): boolean {
  switch (type) {
    case 'null':
      return value === null
    case 'boolean':
      return typeof value === 'boolean'
    case 'string':
      return typeof value === 'string'
    case 'number':
      return numberOf(value) !== null
    case 'integer':
      return Number.isInteger(numberOf(value))
    case 'array':
      return isArray(value)
    case 'object':
      return isObject(value)
    default:
      return false
  }
}

export function findsPattern(scope: Scope, pattern: string, text: string): boolean {
  scope.spend(1 + Math.ceil((text.length * (1 + pattern.length / 16)) / 16))
  const compiled = scope.patterns.compile(pattern)
  if (compiled === null) throw new Halt({ kind: 'unsupported-pattern', pattern })
  return compiled.find(text)
}

/** The canonical text of a value, paid for by the size of the value. */
export function costlyCanonical(value: Json, scope: Scope): string {
  if (typeof value === 'object' && value !== null) {
    scope.spend(measure(value, { nodes: 1_000_000, depth: 1_000 }) ?? Infinity)
  } else if (typeof value === 'string') {
    scope.spend(Math.ceil(value.length / 64))
  }
  return canonical(value)
}

function bound(isWrong: (value: number, limit: number) => boolean, words: string): Keyword {
  return (call): readonly SchemaError[] => {
    const value = numberOf(call.value)
    const limit = numberOf(call.argument)
    if (value === null || limit === null || !isWrong(value, limit)) return []
    return violation(call, () => `${pythonRepr(call.value)} is ${words} ${pythonRepr(call.argument)}`)
  }
}

function length(
  isWrong: (size: number, limit: number) => boolean,
  words: { readonly special: number; readonly specially: string; readonly usually: string },
): Keyword {
  return (call: KeywordCall) => {
    const limit = numberOf(call.argument)
    if (typeof call.value !== 'string' || limit === null) return []
    call.scope.spend(Math.ceil(call.value.length / 64))
    if (!isWrong(countCodePoints(call.value), limit)) return []
    return violation(
      call,
      () => `${pythonRepr(call.value)} ${limit === words.special ? words.specially : words.usually}`,
    )
  }
}

/** Python counts code points, not UTF-16 units. */
function countCodePoints(text: string): number {
  let count = 0
  for (const _ of text) count += 1
  return count
}
