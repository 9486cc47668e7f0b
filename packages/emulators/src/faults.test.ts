import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type TestEmulator, shellJob, startTestEmulator } from './testing/client.ts'

let emulator: TestEmulator

beforeAll(async () => {
  emulator = await startTestEmulator({ engine: 'none' })
})
beforeEach(() => emulator.control('POST', 'reset'))
afterAll(() => emulator.close())

const job = shellJob('true', { startExecutionToken: 'a1' })
const create = (signal?: AbortSignal) => emulator.call('POST', `${emulator.region}/jobs?jobId=j`, job, { signal })
const exists = async (): Promise<boolean> => (await emulator.call('GET', `${emulator.region}/jobs/j`)).status === 200
const inject = (fault: Record<string, unknown>) =>
  emulator.control('POST', 'faults', { method: 'POST', match: '/jobs\\?', ...fault })

test('refused before anything was done', async () => {
  await inject({ when: 'before', status: 503 })
  expect(await create()).toMatchObject({ status: 503, body: { error: { code: 503, status: 'UNAVAILABLE' } } })
  expect(await exists()).toBe(false)
  expect((await create()).status).toBe(200)
})

test('carried out, but answered with an error', async () => {
  await inject({ when: 'after', status: 500 })
  expect((await create()).status).toBe(500)
  expect(await exists()).toBe(true)
  expect((await create()).status).toBe(409)
})

test('carried out, but the connection breaks', async () => {
  await inject({ when: 'reset' })
  await expect(create()).rejects.toThrow('fetch failed')
  expect(await exists()).toBe(true)
})

test('carried out, but half of the answer is lost', async () => {
  await inject({ when: 'truncate' })
  await expect(create()).rejects.toThrow('terminated')
  expect(await exists()).toBe(true)
})

test('carried out, but a page comes back', async () => {
  await inject({ when: 'html' })
  expect(await create()).toMatchObject({ status: 502, type: 'text/html; charset=UTF-8' })
  expect(await exists()).toBe(true)
})

test('carried out, but no answer ever', async () => {
  await inject({ when: 'hang' })
  await expect(create(AbortSignal.timeout(200))).rejects.toThrow('timeout')
  expect(await exists()).toBe(true)
})

test('a reset before it was carried out', async () => {
  await inject({ when: 'reset', is_executed: false })
  await expect(create()).rejects.toThrow('fetch failed')
  expect(await exists()).toBe(false)
})

test('as often as asked, with the body that was asked for', async () => {
  await inject({ when: 'before', status: 429, times: 2, body: { error: { code: 429, status: 'RESOURCE_EXHAUSTED' } } })
  expect((await create()).body).toEqual({ error: { code: 429, status: 'RESOURCE_EXHAUSTED' } })
  expect((await create()).status).toBe(429)
  expect((await create()).status).toBe(200)
  await inject({ when: 'before', times: 0 })
  for (let round = 0; round < 3; round += 1) expect((await create()).status).toBe(503)
  await emulator.control('DELETE', 'faults')
  expect((await create()).status).toBe(409)
})

test('requests are kept without their credentials', async () => {
  await inject({ when: 'after', status: 500 })
  await create()
  const { body, text } = await emulator.control('GET', 'requests?method=POST&match=jobs')
  expect(body['requests']).toMatchObject([
    {
      method: 'POST',
      rpc: 'CreateJob',
      status: 500,
      fault: 'after',
      query: { jobId: 'j' },
      body: job,
      caller: emulator.account.email,
      received_ms: expect.any(Number),
    },
  ])
  expect(text).not.toContain('Bearer')
})

test.for<[string, string, unknown]>([
  ['POST', 'nothing', {}],
  ['POST', 'faults', { when: 'sometimes' }],
  ['POST', 'faults', { when: 'before', match: '(' }],
  ['POST', 'faults', { when: 'before', sometimes: 1 }],
  ['POST', 'settings', { speed: 1 }],
  ['POST', 'settings', { auth: 'maybe' }],
  ['POST', 'settings', { latency_ms: -1 }],
  ['POST', 'settings', { auto_complete: 'yes' }],
  ['POST', 'service-accounts', { email: 'a@b', project_id: 'p', private_key_id: 'k', public_key_pem: 'no key' }],
  ['POST', 'executions', { name: 'nobody', action: 'kill' }],
  ['POST', 'images', { image: 'x', status: 'gone' }],
  ['POST', 'clock', []],
])('a wrong control request is refused: %s %s', async ([method, action, body]) => {
  const answer = await emulator.control(method, action, body)
  expect(answer.status).toBeGreaterThanOrEqual(400)
  expect(answer.status).toBeLessThan(500)
  expect(answer.body).toMatchObject({ error: expect.any(String) })
})
