import { lookup as systemLookup, type LookupAddress } from 'node:dns'
import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { OutgoingRequest } from '../../domain/automations/outgoing.ts'
import { isPublicAddress } from './addresses.ts'

export interface OutgoingOptions {
  /** Calls to private, loopback and link-local addresses are refused otherwise. */
  readonly allow_private: boolean
  readonly timeoutMs: number
}

/** `reason` holds neither the address nor the headers of the request. */
export type OutgoingOutcome =
  | {
      readonly kind: 'answered'
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      /** At most so much of it as anybody would read. */
      readonly body: string
    }
  | { readonly kind: 'failed'; readonly reason: string }

const MOST_BYTES = 64 * 1024
const METHODS = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])

/**
 * Asks once. Redirects are answers like others and are not followed. Where a name leads is looked up once, and the
 * connection goes to one of the addresses that were found fit: a name that changes in between gains nothing.
 */
export async function callOutside(request: OutgoingRequest, options: OutgoingOptions): Promise<OutgoingOutcome> {
  const url = URL.parse(request.url)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    return failed('The address is not an http or https URL')
  if (!METHODS.has(request.method)) return failed('The method is none of GET, POST, PUT, PATCH and DELETE')
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  // A literal address is connected to without a lookup.
  if (isIP(host) !== 0 && !options.allow_private && !isPublicAddress(host)) return failed(REFUSED)
  try {
    return await send(url, request, options)
  } catch (error) {
    return failed(reasonOf(error))
  }
}

const REFUSED = 'The address is private, loopback or link-local, which SLIPWAY_ALLOW_PRIVATE_WEBHOOKS=true would allow'

class RefusedAddress extends Error {
  override readonly name = 'RefusedAddress'
}

async function send(
  url: URL,
  { method, headers, body, verify }: OutgoingRequest,
  { allow_private, timeoutMs }: OutgoingOptions,
): Promise<OutgoingOutcome> {
  const signal = AbortSignal.timeout(timeoutMs)
  const content = body === null ? null : Buffer.from(body)
  const options: RequestOptions & { readonly rejectUnauthorized: boolean } = {
    method,
    signal,
    agent: false,
    rejectUnauthorized: verify,
    headers: {
      'user-agent': 'slipway',
      ...headers,
      ...(content === null ? {} : { 'content-length': String(content.length) }),
    },
    ...(allow_private ? {} : { lookup: publicLookup }),
  }
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const request = url.protocol === 'https:' ? requestHttps(url, options, resolve) : requestHttp(url, options, resolve)
  request.on('error', reject)
  request.end(content ?? undefined)
  const response = await promise
  return {
    kind: 'answered',
    status: response.statusCode ?? 0,
    headers: shownHeaders(response),
    body: await readSome(response),
  }
}

const publicLookup: LookupFunction = (hostname, options, callback) => {
  systemLookup(hostname, { ...options, all: true }, (error, found) => {
    const fit = error === null ? found.filter(({ address }) => isPublicAddress(address)) : []
    const [first] = fit
    if (error !== null) callback(error, '', 0)
    // One private address among public ones is enough: it is how a name is made to lead inside.
    else if (first === undefined || fit.length < found.length) callback(new RefusedAddress(REFUSED), '', 0)
    else if (options.all === true) (callback as (error: null, found: LookupAddress[]) => void)(null, fit)
    else callback(null, first.address, first.family)
  })
}

async function readSome(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response) {
    const bytes = Buffer.from(chunk as Uint8Array)
    chunks.push(bytes)
    length += bytes.length
    if (length >= MOST_BYTES) break
  }
  response.destroy()
  return Buffer.concat(chunks).subarray(0, MOST_BYTES).toString('utf8')
}

const HIDDEN = /^(authorization|proxy-.*|set-cookie|traceparent|tracestate|via|x-(forwarded|b3|cloud-trace|envoy).*)$/

function shownHeaders({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  const shown = Object.entries(headers).filter(([name, value]) => value !== undefined && !HIDDEN.test(name))
  return Object.fromEntries(shown.map(([name, value]) => [name, String(value)]))
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'The call failed'
  if (error instanceof RefusedAddress) return error.message
  if (error.name === 'TimeoutError' || error.name === 'AbortError' || error.cause instanceof DOMException)
    return 'There was no answer in time'
  const code = 'code' in error ? String(error.code) : ''
  // Messages may repeat the address or a header.
  return code === '' ? 'The call failed' : `The call failed: ${code}`
}

function failed(reason: string): OutgoingOutcome {
  return { kind: 'failed', reason }
}
