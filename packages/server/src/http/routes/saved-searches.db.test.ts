import type { SavedSearch } from '@slipway/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestServer, type TestServer } from '../../testing/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await createTestServer()
})
afterAll(() => server.close())

test('a search is saved under its name, replaced, listed and deleted', async () => {
  const filter = { object: 'flow', property: 'name', type: 'string', operation: 'equals', value: 1 }
  const first = await server.call<SavedSearch>('PUT', '/saved_searches/', { name: 's', filters: [filter] })
  expect(first).toMatchObject({ status: 201, body: { name: 's', filters: [filter] } })
  const { id } = first.body
  const second = await server.call<SavedSearch>('PUT', '/saved_searches/', { name: 's', filters: [] })
  expect(second).toMatchObject({ status: 200, body: { id, filters: [] } })
  expect((await server.call('POST', '/saved_searches/filter', {})).body).toEqual([second.body])
  expect((await server.call('GET', `/saved_searches/${id}`)).body).toEqual(second.body)
  expect((await server.call('DELETE', `/saved_searches/${id}`)).status).toBe(204)
  const gone = { status: 404, body: { detail: 'Saved search not found' } }
  expect(await server.call('DELETE', `/saved_searches/${id}`)).toEqual(gone)
  expect(await server.call('GET', `/saved_searches/${id}`)).toEqual(gone)
})
