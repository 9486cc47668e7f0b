import type { Json } from './plain.ts'
import type { SchemaError } from './keyword.ts'
import { isType } from './keywords-values.ts'
import { field, isArray, isObject } from './plain.ts'
import { pythonRepr } from './python-repr.ts'

export interface BestMatch {
  /** Where the value is wrong, in the notation of Prefect's messages (`env.A`, `items[0]`), or null for the whole value. */
  readonly field: string | null
  readonly reason: string
}

/**
 * The one error to tell: the shallowest, and below an `anyOf` or `oneOf` the deepest that stands out.
 * The order of preference is that of Python's jsonschema, whose choice Prefect's clients show.
 */
export function bestMatch(errors: readonly SchemaError[]): BestMatch | null {
  let best = errors.reduce<SchemaError | null>((a, b) => (a === null || compare(b, a) > 0 ? b : a), null)
  if (best === null) return null
  let path = best.path
  while (best.context.length > 0) {
    const [least, second] = twoLeast(best.context)
    if (least === undefined || (second !== undefined && compare(least, second) === 0)) break
    best = least
    path = [...path, ...best.path]
  }
  return { field: path.length === 0 ? null : fieldName(path), reason: best.message() }
}

function twoLeast(errors: readonly SchemaError[]): readonly SchemaError[] {
  const least: SchemaError[] = []
  for (const error of errors) {
    const place = least.findIndex((other) => compare(error, other) < 0)
    least.splice(place === -1 ? least.length : place, 0, error)
    least.length = Math.min(least.length, 2)
  }
  return least
}

/** Positive when `a` is more relevant. */
function compare(a: SchemaError, b: SchemaError): number {
  if (a.path.length !== b.path.length) return b.path.length - a.path.length
  for (const [index, part] of a.path.entries()) {
    const other = b.path[index] ?? part
    if (part !== other) return part > other ? 1 : -1
  }
  return strength(a) - strength(b)
}

function strength(error: SchemaError): number {
  const isWeak = error.keyword === 'anyOf' || error.keyword === 'oneOf'
  return (isWeak ? 0 : 2) + (matchesType(error) ? 0 : 1)
}

function matchesType({ schema, value }: SchemaError): boolean {
  const expected: Json | undefined = isObject(schema) ? field(schema, 'type') : undefined
  if (typeof expected === 'string') return isType(value, expected)
  return (
    expected !== undefined &&
    isArray(expected) &&
    expected.some((type) => typeof type === 'string' && isType(value, type))
  )
}

function fieldName(path: readonly (string | number)[]): string {
  return path
    .reduce<string>((text, part) => {
      if (typeof part === 'number') return `${text}[${part}]`
      if (/^[a-zA-Z][a-zA-Z0-9_]*$/.test(part)) return `${text}.${part}`
      return `${text}['${part.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}']`
    }, '$')
    .replaceAll('$.', '')
}

/** How Prefect 3.8 says it. */
export function validationMessage(match: BestMatch): string {
  const where = match.field === null ? '' : ` for field ${pythonRepr(match.field)}`
  return `Validation failed${where}. Failure reason: ${match.reason}`
}
