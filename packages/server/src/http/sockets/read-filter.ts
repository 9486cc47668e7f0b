import { compileSchema, contractChecks, type Issue } from '@slipway/contract'

const MOST_REASON_CHARACTERS = 120

export type FilterReading<T> =
  | { readonly kind: 'read'; readonly filter: T }
  | { readonly kind: 'wrong'; readonly reason: string }

/** Compiles once what every subscriber sends. */
export function createFilterReader<T>(
  schema: Parameters<typeof compileSchema>[0],
): (given: unknown) => FilterReading<T> {
  const validate = compileSchema(schema, { checks: contractChecks })
  return (given) => {
    const issues: Issue[] = []
    const filter = validate(given, { parent: null, key: 'filter' }, issues)
    const [first] = issues
    // The validator has just read it by the schema that T is inferred from.
    if (first === undefined) return { kind: 'read', filter: filter as T }
    // A close frame has room for 123 bytes.
    return {
      kind: 'wrong',
      reason: `Invalid filter: ${first.loc.join('.')}: ${first.msg}`.slice(0, MOST_REASON_CHARACTERS),
    }
  }
}
