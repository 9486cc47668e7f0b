import type { Json } from '@slipway/contract'
import { describe, expect, test } from 'vitest'
import { type Answer, classify } from './faults.ts'

const context = { client_email: 'slipway@acme.iam.gserviceaccount.com', project: 'acme', region: 'europe-west1' }

function answer(status: number | null, error: Json = null, more: Partial<Answer> = {}): Answer {
  return { status, body: error === null ? null : { error }, retry_after: null, transport: null, ...more }
}

function google(status: string, message: string, details: readonly Json[] = []): Json {
  return { code: 0, status, message, details }
}

const info = (reason: string, metadata: Record<string, string> = {}): Json => ({
  '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
  reason,
  domain: 'googleapis.com',
  metadata,
})

describe('what a cloud has certainly not carried out, and what nobody knows', () => {
  test.for([
    ['no answer', answer(null, null, { transport: 'ECONNRESET' }), false, 'retry'],
    ['500', answer(500, google('INTERNAL', 'oops')), false, 'retry'],
    ['503', answer(503, google('UNAVAILABLE', 'later')), false, 'retry'],
    ['504', answer(504, google('DEADLINE_EXCEEDED', 'late')), false, 'retry'],
    ['502 with a page', answer(502), false, 'retry'],
    ['200 that is no JSON', answer(200), false, 'retry'],
    ['400', answer(400, google('INVALID_ARGUMENT', 'bad')), true, 'misconfigured'],
    ['401', answer(401, google('UNAUTHENTICATED', 'no')), true, 'auth'],
    ['403', answer(403, google('PERMISSION_DENIED', 'no')), true, 'auth'],
    ['409 conflict', answer(409, google('ABORTED', 'etag')), true, 'retry'],
    ['429', answer(429, google('RESOURCE_EXHAUSTED', 'slow down')), true, 'throttled'],
    ['404 page', answer(404), true, 'misconfigured'],
  ] as const)('%s', ([, given, certain, kind]) => {
    expect(classify(given, context)).toMatchObject({ kind: 'fault', certain, fault: { class: kind } })
  })
})

test('an existing job and a missing one are no faults', () => {
  expect(classify(answer(409, google('ALREADY_EXISTS', 'there')), context)).toEqual({ kind: 'exists' })
  expect(classify(answer(404, google('NOT_FOUND', 'gone')), context)).toEqual({ kind: 'not-found' })
})

describe('messages say what to change', () => {
  const messageOf = (given: Answer) => {
    const found = classify(given, context)
    return found.kind === 'fault' ? found.fault.message : ''
  }

  test('the field that Google rejects', () => {
    const violation = {
      '@type': 'type.googleapis.com/google.rpc.BadRequest',
      fieldViolations: [{ field: 'template.timeout', description: 'must be positive' }],
    }
    expect(messageOf(answer(400, google('INVALID_ARGUMENT', 'bad', [violation])))).toContain(
      'template.timeout: must be positive',
    )
  })

  test('the permission that is missing, and the command that grants it', () => {
    const message = messageOf(
      answer(403, google('PERMISSION_DENIED', "Permission 'run.jobs.create' denied on resource")),
    )
    expect(message).toContain('`run.jobs.create`')
    expect(message).toContain('gcloud projects add-iam-policy-binding acme')
    expect(message).toContain('--role=roles/run.developer')
  })

  test('acting as a service account wants another role', () => {
    const message = messageOf(answer(403, google('PERMISSION_DENIED', "Permission 'iam.serviceaccounts.actAs' denied")))
    expect(message).toContain('--role=roles/iam.serviceAccountUser')
  })

  test('an API that is switched off, with the link that switches it on', () => {
    const help = { '@type': 'type.googleapis.com/google.rpc.Help', links: [{ url: 'https://console.example/enable' }] }
    const message = messageOf(answer(403, google('PERMISSION_DENIED', 'disabled', [info('SERVICE_DISABLED'), help])))
    expect(message).toBe('The Cloud Run API is disabled in acme: enable it at https://console.example/enable.')
  })

  test('the quota that is used up', () => {
    const quota = info('RATE_LIMIT_EXCEEDED', { quota_limit: 'WritesPerMinute', quota_limit_value: '180' })
    expect(messageOf(answer(429, google('RESOURCE_EXHAUSTED', 'x', [quota])))).toContain(
      'WritesPerMinute = 180 a minute',
    )
  })
})

test('the pause that Google asks for is kept', () => {
  const found = classify(answer(429, google('RESOURCE_EXHAUSTED', 'x'), { retry_after: '17' }), context)
  expect(found).toMatchObject({ fault: { retry_after_seconds: 17 } })
})
