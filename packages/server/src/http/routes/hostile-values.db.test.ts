import type { HistoryResponse } from '@slipway/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestServer, type TestServer } from '../../testing/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await createTestServer()
})
afterAll(() => server.close())

const range = { history_start: '2026-01-01T00:00:00Z', history_end: '2026-01-02T00:00:00Z' }

test.for([
  ['/flow_runs/history', 8e14],
  ['/flow_runs/history', 1e308],
  ['/task_runs/history', 1e30],
  ['/flow_runs/history', 1e12],
] as const)('%s with an interval of %d s ends with the last year', async ([path, seconds]) => {
  const body = { ...range, history_interval_seconds: seconds }
  const { status, body: intervals } = await server.call<HistoryResponse[]>('POST', path, body)
  expect([status, intervals]).toMatchObject([200, [{ interval_start: '2026-01-01T00:00:00.000000Z', states: [] }]])
  expect(intervals[0]?.interval_end).toBe('9999-12-31T23:59:59.999000Z')
})

test.for([
  ['the last interval of time', '9999-12-31T23:00:00Z', '9999-12-31T23:59:59.999999Z'],
  ['the first', '0001-01-01T00:00:00Z', '0001-01-01T01:00:00Z'],
] as const)('%s can be asked about', async ([, history_start, history_end]) => {
  const body = { history_start, history_end, history_interval_seconds: 3_600 }
  expect((await server.call('POST', '/flow_runs/history', body)).status).toBe(200)
})

test('a screen that asks for fewer than no runs is told so', async () => {
  expect((await server.call('POST', '/ui/flow_runs/history', { limit: -1 })).status).toBe(422)
})

test('a moment that its offset puts into the year 10000 is refused, not stored', async () => {
  const body = { flow_runs: { expected_start_time: { before_: '9999-12-31T23:59:59-05:00' } } }
  expect((await server.call('POST', '/flow_runs/filter', body)).status).toBe(422)
})

test('a queue cannot be renamed to what no client reads as a name', async () => {
  const { body } = await server.call<{ id: string }>('POST', '/work_queues/', { name: 'harbour' })
  for (const name of ['', 'a/b', '<b>']) {
    expect((await server.call('PATCH', `/work_queues/${body.id}`, { name })).status).toBe(422)
  }
})

test('a limit that is lowered to 0 while slots are taken still gets them back', async () => {
  const made = await server.call<{ id: string }>('POST', '/v2/concurrency_limits/', { name: 'quay', limit: 1 })
  const take = { names: ['quay'], slots: 1, mode: 'concurrency' }
  const taken = await server.call<{ lease_id: string }>('POST', '/v2/concurrency_limits/increment-with-lease', take)
  server.clock.advance(5)
  expect((await server.call('PATCH', `/v2/concurrency_limits/${made.body.id}`, { limit: 0 })).status).toBe(204)
  const { lease_id } = taken.body
  expect((await server.call('POST', '/v2/concurrency_limits/decrement-with-lease', { lease_id })).status).toBe(204)
  const { body } = await server.call('GET', '/v2/concurrency_limits/quay')
  expect(body).toMatchObject({ limit: 0, active_slots: 0 })
})

test.for([
  ['Proactive', 0, 201, { trigger: { within: 10 } }],
  ['Proactive', 9, 422, {}],
  ['Reactive', -1, 422, {}],
] as const)('a trigger that is %s within %d s is answered with %d', async ([posture, within, status, body]) => {
  const trigger = { type: 'event', posture, threshold: 1, within }
  const answer = await server.call('POST', '/automations/', { name: 'a', trigger, actions: [] })
  expect(answer).toMatchObject({ status, body })
})
