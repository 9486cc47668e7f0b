import type { Issue } from '@slipway/contract'
import { SlipwayError, problem } from '../errors.ts'

/** Above this, objects and arrays are left out of the list of errors, which would repeat them many times. */
const MOST_ECHOED_INPUT_BYTES = 16_384
/** Above this the request is not sent back: an error answer must stay small. */
const MOST_ECHOED_BODY_BYTES = 262_144
const MOST_ISSUES = 100

export interface RejectedRequest {
  readonly issues: readonly Issue[]
  readonly body: unknown
  readonly bodyBytes: number
  /** The body may hold secrets: nothing of it is sent back. */
  readonly sensitive: boolean
}

/** The answer to a request that does not fit its schema. */
export function invalidRequest({ issues, body, bodyBytes, sensitive }: RejectedRequest): SlipwayError {
  const hidesObjects = bodyBytes > MOST_ECHOED_INPUT_BYTES
  return new SlipwayError(422, {
    exception_message: 'Invalid request received.',
    exception_detail: issues.slice(0, MOST_ISSUES).map((issue) => ({
      ...issue,
      input: sensitive || (hidesObjects && typeof issue.input === 'object') ? null : shortened(issue.input),
    })),
    request_body: sensitive || bodyBytes > MOST_ECHOED_BODY_BYTES ? null : (body ?? null),
  })
}

function shortened(input: unknown): unknown {
  return typeof input === 'string' && input.length > MOST_ECHOED_INPUT_BYTES
    ? `${input.slice(0, MOST_ECHOED_INPUT_BYTES)}…`
    : (input ?? null)
}

export function notFound(): SlipwayError {
  return problem(404, 'Not Found')
}

/** No route took the request: either the path has other methods only, or there is no such path. */
export function missing(allowed: readonly string[]): SlipwayError {
  return allowed.length > 0 ? problem(405, 'Method Not Allowed', { allow: allowed.join(', ') }) : notFound()
}

export function bodyTooLarge(most: number): SlipwayError {
  return problem(413, `The request body is too large: at most ${most} bytes are accepted here.`)
}

/** Prefect's client looks for the word. */
export function unauthorized(headers: Readonly<Record<string, string>> = {}): SlipwayError {
  return new SlipwayError(401, { exception_message: 'Unauthorized' }, headers)
}
