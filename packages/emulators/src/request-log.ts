/** The last requests that arrived, for a test to look at. Credentials are not kept. */
export interface RequestEntry {
  readonly id: number
  /** Real time, never shifted, so that it can be compared with other processes' clocks. */
  readonly received_at: string
  readonly received_ms: number
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
  rpc: string | null
  caller: string | null
  status: number | null
  fault: string | null
}

export interface RequestLog {
  add(entry: Omit<RequestEntry, 'id'>): RequestEntry
  /** Oldest first. */
  list(filter: { readonly method?: string; readonly match?: string; readonly limit?: number }): readonly RequestEntry[]
  clear(): void
}

/** Path and query, as a fault's pattern sees them. */
const targetOf = ({ path, query }: RequestEntry): string => {
  const text = new URLSearchParams(query).toString()
  return text === '' ? path : `${path}?${text}`
}

const CAPACITY = 5_000

export function createRequestLog(): RequestLog {
  let entries: RequestEntry[] = []
  let last = 0
  return {
    add(entry) {
      last += 1
      const added = { ...entry, id: last }
      entries.push(added)
      // Cutting in large steps keeps adding cheap.
      if (entries.length >= CAPACITY * 2) entries = entries.slice(-CAPACITY)
      return added
    },
    list({ method, match, limit }) {
      const pattern = match === undefined ? null : new RegExp(match)
      return entries
        .slice(-CAPACITY)
        .filter(
          (entry) =>
            (method === undefined || entry.method === method) && (pattern === null || pattern.test(targetOf(entry))),
        )
        .slice(-(limit ?? CAPACITY))
    },
    clear() {
      entries = []
    },
  }
}
