import type { Flow, FlowRunResponse } from '@slipway/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestServer, type TestServer } from '../../testing/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await createTestServer()
})
afterAll(async () => {
  await server.close()
})

test('a flow is made once and read back by id and by name', async () => {
  const made = await server.call<Flow>('POST', '/flows/', { name: 'etl', tags: ['a'], labels: { team: 'x' } })
  expect(made.status).toBe(201)
  expect(made.body).toMatchObject({ name: 'etl', tags: ['a'], labels: { team: 'x' } })
  const again = await server.call<Flow>('POST', '/flows/', { name: 'etl', tags: ['b'] })
  expect(again).toEqual({ status: 200, body: made.body })
  expect((await server.call('GET', `/flows/${made.body.id}`)).body).toEqual(made.body)
  expect((await server.call('GET', '/flows/name/etl')).body).toEqual(made.body)
  expect(await server.call('GET', '/flows/name/nope')).toEqual({ status: 404, body: { detail: 'Flow not found' } })
})

test('many at once make one flow', async () => {
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => server.call<Flow>('POST', '/flows/', { name: 'racing' })),
  )
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
})

test('tags change, the name does not', async () => {
  const { body } = await server.call<Flow>('POST', '/flows/', { name: 'tagged', tags: ['a'] })
  expect((await server.call('PATCH', `/flows/${body.id}`, { tags: ['b', 'c'] })).status).toBe(204)
  expect((await server.call('PATCH', `/flows/${body.id}`, {})).status).toBe(204)
  expect((await server.call<Flow>('GET', `/flows/${body.id}`)).body.tags).toEqual(['b', 'c'])
  expect((await server.call('PATCH', `/flows/${server.ctx.ids.uuid()}`, {})).status).toBe(404)
})

test('lists are filtered, counted and cut into pages', async () => {
  for (const name of ['list-1', 'list-2', 'list-3']) await server.call<Flow>('POST', '/flows/', { name })
  const flows = { name: { like_: 'LIST-' } }
  const { body } = await server.call<Flow[]>('POST', '/flows/filter', { flows, sort: 'NAME_DESC', limit: 2 })
  expect(body.map((flow) => flow.name)).toEqual(['list-3', 'list-2'])
  expect((await server.call('POST', '/flows/count', { flows })).body).toBe(3)
  const page = await server.call('POST', '/flows/paginate', { flows, limit: 2, page: 2 })
  expect(page.body).toMatchObject({ results: [{ name: 'list-3' }], count: 3, pages: 2, page: 2, limit: 2 })
})

test('a deleted flow takes its runs along', async () => {
  const { body: flow } = await server.call<Flow>('POST', '/flows/', { name: 'doomed' })
  const { body: run } = await server.call<FlowRunResponse>('POST', '/flow_runs/', { flow_id: flow.id })
  const bulk = await server.call('POST', '/flows/bulk_delete', { flows: { id: { any_: [flow.id] } } })
  expect(bulk.body).toEqual({ deleted: [flow.id] })
  expect((await server.call('GET', `/flow_runs/${run.id}`)).status).toBe(404)
  expect((await server.call('DELETE', `/flows/${flow.id}`)).status).toBe(404)
})
