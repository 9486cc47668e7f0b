/** Failures on demand: what a network or a cloud does to a request now and then. */
import type { HttpReply, HttpRequest } from './http.ts'

export interface Fault {
  /** HTTP method; absent for any. */
  readonly method?: string
  /** A regular expression, tried on path and query; absent for any. */
  readonly match?: string
  /**
   * before: answered with `status`, not carried out. after: carried out, then answered with `status`.
   * hang: no answer ever. reset: the connection breaks. html: `status` with a page. truncate: half of the answer.
   * The last four are carried out first, unless `is_executed` is false: the answer is what gets lost.
   */
  readonly when: 'before' | 'after' | 'hang' | 'reset' | 'html' | 'truncate'
  readonly status?: number
  readonly body?: unknown
  readonly is_executed?: boolean
  /** How many requests it meets; absent is one, 0 is every one. */
  readonly times?: number
}

interface ActiveFault extends Fault {
  readonly id: number
  hits: number
}

export interface Faults {
  add(fault: Fault): ActiveFault
  list(): readonly ActiveFault[]
  clear(): void
  /** The fault that meets this request; it is used up by one. */
  take(request: HttpRequest): ActiveFault | null
}

const UNAVAILABLE = 503

export function createFaults(): Faults {
  let active: ActiveFault[] = []
  let last = 0
  return {
    add(fault) {
      last += 1
      const added = { ...fault, id: last, hits: 0 }
      active.push(added)
      return added
    },
    list: () => active,
    clear() {
      active = []
    },
    take(request) {
      const target = `${request.path}${request.query.size > 0 ? `?${request.query.toString()}` : ''}`
      const met = active.find(({ method, match, times, hits }) => {
        const isSpent = times !== 0 && hits >= (times ?? 1)
        return (
          !isSpent &&
          (method === undefined || method === request.method) &&
          (match === undefined || new RegExp(match).test(target))
        )
      })
      if (met !== undefined) met.hits += 1
      return met ?? null
    },
  }
}

export const isExecuted = (fault: Fault): boolean => fault.is_executed ?? fault.when !== 'before'

/** What the caller gets instead of the reply. */
export function breakReply(fault: Fault, reply: HttpReply, errorBody: (status: number) => unknown): HttpReply {
  const status = fault.status ?? UNAVAILABLE
  switch (fault.when) {
    case 'before':
    case 'after':
      return {
        status,
        type: 'application/json; charset=UTF-8',
        body: typeof fault.body === 'string' ? fault.body : JSON.stringify(fault.body ?? errorBody(status)),
      }
    case 'html':
      return {
        status: fault.status ?? 502,
        type: 'text/html; charset=UTF-8',
        body: typeof fault.body === 'string' ? fault.body : PAGE,
      }
    case 'hang':
    case 'reset':
    case 'truncate':
      return { ...reply, breakage: fault.when }
  }
}

const PAGE =
  '<html><head><title>502 Server Error</title></head><body><h1>Error: Server Error</h1><h2>The server encountered a temporary error and could not complete your request.</h2></body></html>'
