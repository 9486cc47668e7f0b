import { expect, test } from 'vitest'
import { createClient, type ApiClient } from './client.ts'
import { ApiError, ApiUnreachableError } from './errors.ts'
import { retryDelayMs } from './retry.ts'
import { FLOW_ID, FLOW_RUN_ID, startFakeApi, type FakeApi } from './testing/fake-api.test-support.ts'
import { createTestHost, type TestHost } from './testing/test-host.test-support.ts'

const FLOW = `GET /flows/${FLOW_ID}`

async function withClient(
  work: (stage: { api: FakeApi; host: TestHost; client: ApiClient }) => Promise<void>,
): Promise<void> {
  const api = await startFakeApi({ authorization: 'Bearer secret-key', token: null })
  const host = createTestHost({})
  const config = { url: api.url, authorization: 'Bearer secret-key', token: 'secret-key' }
  try {
    await work({ api, host, client: createClient({ host, api: config, requestTimeoutMs: 5_000, maxRetries: 5 }) })
  } finally {
    await api.close()
  }
}

test.for([408, 429, 502, 503])('status %i is tried again after 2, 4, 8 … s', async (status) => {
  await withClient(async ({ api, host, client }) => {
    for (let n = 0; n < 3; n++) api.answerOnce(FLOW, { status })
    expect(await client.getFlow(FLOW_ID)).toMatchObject({ name: 'demo-flow' })
    expect(host.slept).toEqual([1_600, 3_200, 6_400])
  })
})

test.for([401, 403, 404, 409, 422, 500, 504])('status %i is final', async (status) => {
  await withClient(async ({ api, host, client }) => {
    api.answerOnce(FLOW, { status, body: { detail: 'because' } })
    const error = await client.getFlow(FLOW_ID).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({ status, detail: 'because' })
    expect(String(error)).not.toContain('secret-key')
    expect(host.slept).toEqual([])
  })
})

test('a broken connection is tried again', async () => {
  await withClient(async ({ api, host, client }) => {
    api.answerOnce(FLOW, 'hang-up')
    expect(await client.getFlow(FLOW_ID)).toMatchObject({ name: 'demo-flow' })
    expect(host.slept).toHaveLength(1)
  })
})

test('after five retries it is enough; with patience it is not', async () => {
  await withClient(async ({ api, host, client }) => {
    for (let n = 0; n < 6; n++) api.answerOnce(FLOW, { status: 503 })
    await expect(client.getFlow(FLOW_ID)).rejects.toThrow('it keeps answering 503')
    expect(host.slept).toHaveLength(5)
    const read = `GET /flow_runs/${FLOW_RUN_ID}`
    for (let n = 0; n < 12; n++) api.answerOnce(read, { status: 503 })
    const run = await client.getFlowRun(FLOW_RUN_ID, { patienceMs: 300_000, signal: null })
    expect(run.id).toBe(FLOW_RUN_ID)
    for (let n = 0; n < 30; n++) api.answerOnce(read, { status: 503 })
    await expect(client.getFlowRun(FLOW_RUN_ID, { patienceMs: 300_000, signal: null })).rejects.toThrow(
      ApiUnreachableError,
    )
  })
})

test('announced maintenance is waited for, however long it takes', async () => {
  await withClient(async ({ api, client }) => {
    for (let n = 0; n < 20; n++) api.answerOnce(FLOW, { status: 503, headers: { 'prefect-maintenance': 'true' } })
    expect(await client.getFlow(FLOW_ID)).toMatchObject({ name: 'demo-flow' })
  })
})

test('nobody at the address: an error at once, and with patience a wait', async () => {
  const host = createTestHost({})
  const gone = await startFakeApi({ authorization: null, token: null })
  await gone.close()
  const api = { url: gone.url, authorization: 'Bearer secret-key', token: null }
  const client = createClient({ host, api, requestTimeoutMs: 5_000, maxRetries: 5 })
  const error = await client.getFlow(FLOW_ID).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ApiUnreachableError)
  expect(String(error)).not.toContain('secret-key')
  expect(String(error)).toContain('ECONNREFUSED')
  expect(host.slept).toEqual([])
  await expect(client.getFlowRun(FLOW_RUN_ID, { patienceMs: 60_000, signal: null })).rejects.toThrow(
    ApiUnreachableError,
  )
  expect(host.slept.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThanOrEqual(60_000)
})

test('an interrupted wait throws what interrupted it', async () => {
  await withClient(async ({ api, client }) => {
    const read = `GET /flow_runs/${FLOW_RUN_ID}`
    api.answerOnce(read, { status: 503 })
    const reason = new Error('stop')
    await expect(client.getFlowRun(FLOW_RUN_ID, { patienceMs: 1, signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    )
  })
})

const NOW = Date.UTC(2026, 0, 1)
test.for([
  ['no header, first', { attempt: 1, retryAfter: null, random: 0.5 }, 2_000],
  ['no header, fifth', { attempt: 5, retryAfter: null, random: 0.5 }, 32_000],
  ['no header, never more than 32 s and a fifth', { attempt: 50, retryAfter: null, random: 1 }, 38_400],
  ['seconds with a fraction', { attempt: 1, retryAfter: '1.5', random: 0 }, 1_500],
  ['seconds and up to a fifth more', { attempt: 1, retryAfter: '10', random: 1 }, 12_000],
  ['a date', { attempt: 1, retryAfter: 'Thu, 01 Jan 2026 00:00:09 GMT', random: 0 }, 9_000],
  ['a date that is over', { attempt: 1, retryAfter: 'Thu, 01 Jan 2015 00:00:09 GMT', random: 0 }, 0],
  ['nonsense', { attempt: 1, retryAfter: 'soon', random: 0.5 }, 2_000],
] as const)('delay: %s', ([, facts, expected]) => {
  expect(retryDelayMs({ ...facts, nowMs: NOW })).toBeCloseTo(expected)
})
