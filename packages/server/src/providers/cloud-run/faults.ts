import type { Json, JsonObject } from '@slipway/contract'
import { listOf, objectOf, textOf } from './json.ts'
import type { Fault } from '../provider.ts'

/**
 * Google's answers in our words: the only place that classifies them.
 * A timeout, a broken connection, a 5xx or an answer that is not JSON says nothing about what was committed: `unknown`.
 */
export type Classified =
  | { readonly kind: 'exists' }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'fault'; readonly certain: boolean; readonly fault: Fault }

export interface Answer {
  readonly status: number | null
  /** Parsed JSON of the answer; null when there was none. */
  readonly body: Json
  readonly retry_after: string | null
  /** What the transport said when no answer came. */
  readonly transport: string | null
}

export interface FaultContext {
  readonly client_email: string
  readonly project: string
  readonly region: string
}

interface GoogleError {
  readonly status: string
  readonly message: string
  readonly reason: string
  readonly metadata: JsonObject
  readonly violations: readonly { readonly field: string; readonly description: string }[]
  readonly help: string | null
  readonly quota_failure: boolean
}

export function classify(answer: Answer, context: FaultContext): Classified {
  const error = readError(answer.body)
  if (answer.status === null) {
    return fault(false, 'retry', 'unreachable', `Cloud Run could not be reached (${answer.transport ?? 'no answer'}).`)
  }
  if (error === null) return withoutJson(answer)
  const where = `${context.project} (${context.region})`
  switch (answer.status) {
    case 400:
      return badRequest(error)
    case 401:
      return fault(
        true,
        'auth',
        'unauthenticated',
        `The service-account key of ${context.client_email} is no longer accepted by Google (revoked, deleted, or a clock that is off by more than five minutes). Save a new key in the GCP Credentials block. Google says: ${error.message}`,
      )
    case 403:
      return forbidden(error, context)
    case 404:
      return { kind: 'not-found' }
    case 409:
      if (error.status === 'ALREADY_EXISTS') return { kind: 'exists' }
      return fault(true, 'retry', 'conflict', `Cloud Run reports a conflicting change: ${error.message}`)
    case 429:
      return throttled(answer, error, where)
    default:
      if (answer.status >= 500 || answer.status === 408 || answer.status === 499) {
        return fault(false, 'retry', 'unavailable', `Cloud Run answers ${answer.status}: ${error.message}`, answer)
      }
      return fault(
        true,
        'misconfigured',
        'refused',
        `Cloud Run refused the request (${answer.status} ${error.status}): ${error.message}`,
      )
  }
}

function withoutJson(answer: Answer): Classified {
  const status = answer.status ?? 0
  if (status === 404) {
    return fault(
      true,
      'misconfigured',
      'wrong-endpoint',
      'Nothing answers as Cloud Run there: is the region of the work pool right?',
    )
  }
  if (status === 429)
    return fault(true, 'throttled', 'rate-limited', 'Waiting: Cloud Run asks for fewer requests.', answer)
  if (status >= 400 && status < 500 && status !== 408) {
    return fault(true, 'misconfigured', 'refused', `Cloud Run refused the request (${status}) without a reason.`)
  }
  return fault(
    false,
    'retry',
    'unavailable',
    `Cloud Run answered ${status} with something that is not its API.`,
    answer,
  )
}

function badRequest(error: GoogleError): Classified {
  const precondition = error.status === 'FAILED_PRECONDITION'
  const what =
    error.violations.length === 0
      ? error.message
      : error.violations.map((violation) => `${violation.field}: ${violation.description}`).join('; ')
  return fault(
    true,
    'misconfigured',
    precondition ? 'failed-precondition' : 'invalid-argument',
    `Google rejected the job definition: ${what}. Edit the work pool's template or the deployment's job variables.`,
  )
}

const PERMISSION = /permission '?"?([a-z]+(?:\.[A-Za-z]+){2,})'?"?/i

function forbidden(error: GoogleError, context: FaultContext): Classified {
  if (error.reason === 'SERVICE_DISABLED' || error.reason === 'BILLING_DISABLED') {
    const what = error.reason === 'SERVICE_DISABLED' ? 'The Cloud Run API is disabled' : 'Billing is disabled'
    return fault(
      true,
      'auth',
      'api-disabled',
      `${what} in ${context.project}${error.help === null ? '' : `: enable it at ${error.help}`}.`,
    )
  }
  const permission = PERMISSION.exec(error.message)?.[1] ?? null
  const role =
    permission?.toLowerCase().includes('actas') === true ? 'roles/iam.serviceAccountUser' : 'roles/run.developer'
  const lacks = permission === null ? 'a permission that this call needs' : `\`${permission}\``
  return fault(
    true,
    'auth',
    'permission-denied',
    `${context.client_email} lacks ${lacks} on ${context.project}. Grant the role: gcloud projects add-iam-policy-binding ${context.project} --member=serviceAccount:${context.client_email} --role=${role}. Google says: ${error.message}`,
  )
}

function throttled(answer: Answer, error: GoogleError, where: string): Classified {
  const limit = textOf(error.metadata['quota_limit'])
  const value = textOf(error.metadata['quota_limit_value'])
  if (error.reason === 'RATE_LIMIT_EXCEEDED') {
    const which = limit === null ? 'its rate limit' : `${limit}${value === null ? '' : ` = ${value} a minute`}`
    return fault(true, 'throttled', 'rate-limited', `Waiting: Cloud Run in ${where} has reached ${which}.`, answer)
  }
  if (error.quota_failure) {
    return fault(
      true,
      'throttled',
      'quota',
      `Waiting: a quota of Cloud Run in ${where} is used up: ${error.message}`,
      answer,
    )
  }
  return fault(
    true,
    'throttled',
    'exhausted',
    `Waiting for capacity of Cloud Run in ${where}: ${error.message}`,
    answer,
  )
}

function fault(certain: boolean, kind: Fault['class'], code: string, message: string, answer?: Answer): Classified {
  const seconds = Number(answer?.retry_after ?? Number.NaN)
  const base: Fault = { class: kind, code: `cloud-run.${code}`, message }
  return {
    kind: 'fault',
    certain,
    fault: Number.isFinite(seconds) && seconds > 0 ? { ...base, retry_after_seconds: seconds } : base,
  }
}

function readError(body: Json): GoogleError | null {
  const error = objectOf(objectOf(body)?.['error'])
  if (error === null) return null
  const details = listOf(error['details'])
    .map(objectOf)
    .filter((item) => item !== null)
  const ofType = (name: string) => details.find((detail) => (textOf(detail['@type']) ?? '').endsWith(name)) ?? null
  const info = ofType('ErrorInfo')
  const violations = ofType('BadRequest')?.['fieldViolations']
  const links = ofType('Help')?.['links']
  return {
    status: textOf(error['status']) ?? '',
    message: (textOf(error['message']) ?? 'no message').slice(0, 2_000),
    reason: textOf(info?.['reason']) ?? '',
    metadata: objectOf(info?.['metadata']) ?? {},
    violations: listOf(violations)
      .map(objectOf)
      .flatMap((item) =>
        item === null ? [] : [{ field: textOf(item['field']) ?? '', description: textOf(item['description']) ?? '' }],
      ),
    help: textOf(objectOf(listOf(links)[0])?.['url']),
    quota_failure: ofType('QuotaFailure') !== null,
  }
}
