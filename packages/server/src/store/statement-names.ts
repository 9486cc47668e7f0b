import { createHash } from 'node:crypto'

/** A prepared statement stays in every connection's memory on the server, so their number is bounded. */
const MOST_NAMES = 500
const MOST_CANDIDATES = 500

/**
 * Names for prepared statements (half the cost of unnamed ones). A text is named at its second use and keeps its name;
 * texts seen once (rare filter combinations) wait in a bounded list and never take a hot statement's place.
 */
export function createStatementNames(): (text: string) => string | undefined {
  const names = new Map<string, string>()
  const candidates = new Set<string>()
  return (text) => {
    const known = names.get(text)
    if (known !== undefined || names.size >= MOST_NAMES) return known
    if (candidates.delete(text)) {
      const name = createHash('sha256').update(text).digest('base64url').slice(0, 22)
      names.set(text, name)
      return name
    }
    candidates.add(text)
    const [oldest] = candidates
    if (candidates.size > MOST_CANDIDATES && oldest !== undefined) candidates.delete(oldest)
    return undefined
  }
}
