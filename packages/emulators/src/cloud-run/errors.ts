/** Google's error model: a canonical code, a message, and typed details. */
import { type JsonObject, compact } from '../json.ts'
import type { FieldViolation } from '../spec-validator.ts'

const HTTP_STATUS = {
  CANCELLED: 499,
  INVALID_ARGUMENT: 400,
  DEADLINE_EXCEEDED: 504,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  PERMISSION_DENIED: 403,
  RESOURCE_EXHAUSTED: 429,
  FAILED_PRECONDITION: 400,
  ABORTED: 409,
  UNIMPLEMENTED: 501,
  INTERNAL: 500,
  UNAVAILABLE: 503,
  UNAUTHENTICATED: 401,
} as const

export type GoogleStatus = keyof typeof HTTP_STATUS

/** What a caller gets instead of a result. */
export class GoogleError extends Error {
  override readonly name = 'GoogleError'
  readonly status: GoogleStatus
  readonly details: readonly JsonObject[]

  constructor(status: GoogleStatus, message: string, details: readonly JsonObject[] = []) {
    super(message)
    this.status = status
    this.details = details
  }
}

export const httpStatusOf = (status: GoogleStatus): number => HTTP_STATUS[status]

export function errorBody(error: GoogleError): JsonObject {
  const { message, status, details } = error
  return {
    error: compact({ code: httpStatusOf(status), message, status, details: details.length > 0 ? details : undefined }),
  }
}

/** The body that belongs to an HTTP status when only that is known, as for an injected fault. */
export function errorBodyFor(http_status: number): JsonObject {
  const found = Object.entries(HTTP_STATUS).find(([, status]) => status === http_status)
  const status = found?.[0] ?? (http_status >= 500 ? 'INTERNAL' : 'UNKNOWN')
  return { error: { code: http_status, message: `The service answered ${http_status} (injected fault).`, status } }
}

export function invalidArgument(violations: readonly FieldViolation[]): GoogleError {
  const fieldViolations = violations.map(({ field, description }) => ({ field, description }))
  const message = violations.map(({ description }) => description).join('\n')
  return new GoogleError('INVALID_ARGUMENT', message, [
    { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations },
  ])
}

export const invalidField = (field: string, description: string): GoogleError =>
  invalidArgument([{ field, description }])

export const notFound = (name: string): GoogleError =>
  new GoogleError(
    'NOT_FOUND',
    `Resource '${name.slice(name.lastIndexOf('/') + 1)}' of kind '${kindOf(name)}' in region '${name.split('/')[3] ?? ''}' in project '${name.split('/')[1] ?? ''}' does not exist.`,
  )

function kindOf(name: string): string {
  const collection = name.split('/').at(-2) ?? ''
  return collection.replace(/s$/, '').toUpperCase()
}

export function errorInfo(reason: string, domain: string, metadata: Readonly<Record<string, string>>): JsonObject {
  return { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain, metadata }
}

/** What Google's front end answers to a path that it does not know: a page, not JSON. */
export function htmlNotFound(path: string): string {
  const shown = path.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
  return `<!DOCTYPE html>
<html lang=en>
  <meta charset=utf-8>
  <title>Error 404 (Not Found)!!1</title>
  <p><b>404.</b> <ins>That’s an error.</ins>
  <p>The requested URL <code>${shown}</code> was not found on this server.  <ins>That’s all we know.</ins>
`
}
