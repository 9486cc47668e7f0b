import { addSeconds, type EventCount, type EventPage, type Problem } from '@slipway/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { insertFlow, insertFlowRun } from '../../testing/factories.ts'
import { basic, insertRunCredential } from '../../testing/run-credentials.ts'
import { createTestServer, type TestServer } from '../../testing/server.ts'

const NEXT = 'http://127.0.0.1:4200/api/events/filter/next'

let server: TestServer
let start = ''

beforeAll(async () => {
  server = await createTestServer()
  start = addSeconds(server.clock.now(), -3_600)
  const events = Array.from({ length: 7 }, (_, index) => event(index))
  await server.call('POST', '/events', events)
})

afterAll(() => server.close())

function event(index: number) {
  return {
    id: server.ctx.ids.uuid7(),
    occurred: addSeconds(start, index * 60),
    event: index % 2 === 0 ? 'order.placed' : 'order.paid',
    resource: { 'prefect.resource.id': `order.${index % 3}`, 'prefect.resource.name': `name ${index}` },
    payload: { index, exact: 1.5 },
  }
}

async function walk(filter: object, limit: number): Promise<readonly (readonly unknown[])[]> {
  const pages: unknown[][] = []
  let { body } = await server.call<EventPage>('POST', '/events/filter', { filter, limit })
  for (;;) {
    pages.push(body.events.map(({ payload }) => payload['index']))
    if (body.total !== 7) throw new Error(`There are ${body.total} events`)
    if (body.next_page?.startsWith(`${NEXT}?page-token=`) === false) throw new Error(`${body.next_page} is no page`)
    if (body.next_page === null) return pages
    const path = body.next_page.slice('http://127.0.0.1:4200/api'.length)
    ;({ body } = await server.call<EventPage>('GET', path))
  }
}

test('pages follow each other in either order', async () => {
  expect(await walk({}, 3)).toEqual([[6, 5, 4], [3, 2, 1], [0]])
  expect(await walk({ order: 'ASC' }, 4)).toEqual([
    [0, 1, 2, 3],
    [4, 5, 6],
  ])
})

test('distinct lists the newest event of each resource, over pages too', async () => {
  const filter = { resource: { distinct: true } }
  const { body } = await server.call<EventPage>('POST', '/events/filter', { filter, limit: 2 })
  expect(body.events.map(({ payload }) => payload['index'])).toEqual([6, 5])
  expect(body.total).toBe(3)
  const next = await server.call<EventPage>('GET', String(body.next_page).slice('http://127.0.0.1:4200/api'.length))
  expect(next.body.events.map(({ payload }) => payload['index'])).toEqual([4])
  expect(next.body.next_page).toBeNull()
})

test.for([
  'abc',
  '',
  Buffer.from('{}').toString('base64url'),
  Buffer.from('{"filter":{},"limit":1000,"after":null}').toString('base64url'),
  Buffer.from('{"filter":{"nope":1},"limit":5,"after":null}').toString('base64url'),
  Buffer.from('{"filter":{},"limit":5,"after":{"occurred":"x","id":"y"}}').toString('base64url'),
])('%s is no page', async (token) => {
  const { status, body } = await server.call('GET', `/events/filter/next?page-token=${token}`)
  expect([status, body]).toEqual([403, { detail: 'Forbidden' }])
})

test('an event that is sent twice is stored once', async () => {
  const twice = { ...event(0), event: 'twice' }
  expect((await server.call('POST', '/events', [twice, twice])).status).toBe(204)
  expect((await server.call('POST', '/events', [twice])).status).toBe(204)
  const { body } = await server.call<EventPage>('POST', '/events/filter', { filter: { event: { name: ['twice'] } } })
  expect(body.events).toEqual([{ ...twice, related: [], follows: null, received: expect.any(String) as string }])
})

test('events are counted by stretches of time, empty ones too', async () => {
  const occurred = { since: start, until: addSeconds(start, 600) }
  const filter = { occurred, event: { prefix: ['order.'] } }
  const { body } = await server.call<EventCount[]>('POST', '/events/count-by/time', {
    filter,
    time_unit: 'minute',
    time_interval: 3,
  })
  expect(body.map(({ count }) => count)).toEqual([3, 3, 1, 0])
  expect(body[0]).toEqual({ value: start, label: start, count: 3, start_time: start, end_time: addSeconds(start, 180) })
  expect(body[3]?.end_time).toBe(addSeconds(start, 600))
  const many = await server.call<Problem>('POST', '/events/count-by/time', { filter: {}, time_unit: 'second' })
  expect([many.status, many.body.detail]).toEqual([422, expect.stringContaining('604800')])
})

test('events are counted by name and by resource', async () => {
  const filter = { event: { prefix: ['order.'] } }
  const byName = await server.call<EventCount[]>('POST', '/events/count-by/event', { filter })
  expect(byName.body.map(({ value, count }) => [value, count])).toEqual([
    ['order.placed', 4],
    ['order.paid', 3],
  ])
  const byResource = await server.call<EventCount[]>('POST', '/events/count-by/resource', { filter })
  expect(byResource.body[0]).toMatchObject({ value: 'order.0', label: 'name 6', count: 3 })
})

test('a container makes events about its own run alone', async () => {
  const flow_id = await insertFlow(server.ctx)
  const [own, other] = [await insertFlowRun(server.ctx, { flow_id }), await insertFlowRun(server.ctx, { flow_id })]
  const headers = basic(await insertRunCredential(server.ctx, own))
  const about = (run: string) => ({
    ...event(0),
    event: 'prefect.flow-run.heartbeat',
    resource: { 'prefect.resource.id': `prefect.flow-run.${run}` },
  })
  expect((await server.call('POST', '/events', [about(own), event(0)], headers)).status).toBe(204)
  const refused = [about(own), about(other)]
  expect((await server.call('POST', '/events', refused, headers)).status).toBe(403)
  const filter = { id: { id: refused.map(({ id }) => id) } }
  expect((await server.call<EventPage>('POST', '/events/filter', { filter })).body.events).toEqual([])
})
