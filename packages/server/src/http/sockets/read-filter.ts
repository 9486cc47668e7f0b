import { compileSchema, contractChecks, type Issue } from '@slipway/contract'

/** What a close frame has room for. */
const MOST_REASON_BYTES = 123

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
    return { kind: 'wrong', reason: shortened(`Invalid filter: ${first.loc.join('.')}: ${first.msg}`) }
  }
}

/** Keys may be of any script: it is bytes that count, and no character is cut in two. */
function shortened(text: string): string {
  return new TextDecoder().decode(Buffer.from(text).subarray(0, MOST_REASON_BYTES), { stream: true })
}
