// A client of the whole API, typed by the contract: what the server promises is what these tools rely on.
import type { Operation, ParamsOf, RequestBodyOf, RequestQueryOf, ResponseOf } from '@slipway/contract'

/** An answer that is no success, in words: which call, which status, and what the server said. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number

  constructor(call: string, status: number, body: string) {
    super(`${call} → ${status} ${body.slice(0, 2_000)}`)
    this.status = status
  }
}

type Part<Name extends string, T> = undefined extends T ? unknown : Readonly<Record<Name, T>>
/** Exactly the parts that the operation takes; a query is always optional. */
export type Request<O extends Operation> = Part<'params', ParamsOf<O>> &
  Part<'body', RequestBodyOf<O>> & { readonly query?: RequestQueryOf<O> }

/** What can stand in an address. */
type Scalars = Readonly<Record<string, string | number | boolean | undefined>>

export interface Client {
  /** Ends in /api. */
  readonly url: string
  readonly call: <O extends Operation>(operation: O, request: Request<O>) => Promise<ResponseOf<O>>
}

const TIMEOUT_MS = 30_000

export function createClient(url: string): Client {
  return {
    url,
    async call<O extends Operation>(operation: O, request: Request<O>): Promise<ResponseOf<O>> {
      const {
        params = {},
        query = {},
        body,
      } = request as {
        readonly params?: Scalars
        readonly query?: Scalars
        readonly body?: unknown
      }
      const path = requestPath(operation.path, params, query)
      const response = await fetch(`${url}${path}`, {
        method: operation.method,
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      })
      const text = await response.text()
      if (!response.ok) throw new ApiError(`${operation.method} ${path}`, response.status, text)
      // The server answers in the contract's shape; its own tests hold it to that.
      return (text === '' ? undefined : JSON.parse(text)) as ResponseOf<O>
    },
  }
}

/** `{name}` of the template filled in, and what is asked for behind it. */
export function requestPath(template: string, params: Scalars, query: Scalars): string {
  const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])))
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.append(name, String(value))
  return search.size === 0 ? path : `${path}?${search.toString()}`
}
