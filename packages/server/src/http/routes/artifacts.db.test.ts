import type { Artifact, ArtifactCollection } from '@slipway/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sql } from '../../store/sql.ts'
import { createTestServer, type TestServer } from '../../testing/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await createTestServer()
})
afterAll(() => server.close())

const create = async (body: object) => (await server.call<Artifact>('POST', '/artifacts/', body)).body
const latest = async (key: string) =>
  (await server.call<ArtifactCollection[]>('POST', '/artifacts/latest/filter', { artifacts: { key: { any_: [key] } } }))
    .body

test('the newest artifact of a key is its latest, and the one before it again when it is deleted', async () => {
  const flow_run_id = server.ctx.ids.uuid()
  const one = await create({ key: 'report', type: 'markdown', data: 'one', flow_run_id })
  const two = await create({ key: 'report', type: 'table', data: [{ a: 1 }], metadata_: { m: 'x' } })
  expect(await latest('report')).toMatchObject([{ latest_id: two.id, type: 'table', data: [{ a: 1 }] }])
  const [collection] = await latest('report')
  const { key, type, data, metadata_ } = two
  expect((await server.call('GET', '/artifacts/report/latest')).body).toMatchObject({
    id: collection?.id,
    key,
    type,
    data,
    metadata_,
  })
  expect((await server.call('DELETE', `/artifacts/${two.id}`)).status).toBe(204)
  expect(await latest('report')).toMatchObject([{ latest_id: one.id, data: 'one', flow_run_id, metadata_: null }])
  expect((await server.call('DELETE', `/artifacts/${one.id}`)).status).toBe(204)
  expect(await latest('report')).toEqual([])
  expect((await server.call('GET', '/artifacts/report/latest')).body).toEqual({ detail: 'Artifact not found.' })
})

test('a change names what it changes, and shows in the collection', async () => {
  const { id } = await create({ key: 'progress', type: 'progress', data: 1, description: 'd' })
  expect((await server.call('PATCH', `/artifacts/${id}`, { data: 2 })).status).toBe(204)
  expect((await server.call('PATCH', `/artifacts/${id}`, { description: null })).status).toBe(204)
  expect((await server.call('GET', `/artifacts/${id}`)).body).toMatchObject({ data: 2, description: null })
  expect(await latest('progress')).toMatchObject([{ data: 2, description: null }])
  expect((await server.call('PATCH', `/artifacts/${server.ctx.ids.uuid()}`, {})).status).toBe(404)
})

test('writers of one key at the same time leave one collection, with the latest that was written', async () => {
  const made = await Promise.all(Array.from({ length: 8 }, (_, n) => create({ key: 'race', data: n })))
  const [collection, ...others] = await latest('race')
  expect(others).toEqual([])
  expect(made.map(({ id }) => id)).toContain(collection?.latest_id)
  expect((await server.call('POST', '/artifacts/count', { artifacts: { key: { any_: ['race'] } } })).body).toBe(8)
  const count = { artifacts: { key: { like_: 'RACE' } } }
  expect((await server.call('POST', '/artifacts/latest/count', count)).body).toBe(1)
})

test('without a key there is no collection', async () => {
  const { id } = await create({ type: 'markdown', data: null })
  const { body } = await server.call<Artifact[]>('POST', '/artifacts/filter', {
    artifacts: { key: { exists_: false } },
  })
  expect(body.map((artifact) => artifact.id)).toEqual([id])
})

test('each change of a collection leaves an event', async () => {
  const { id } = await create({ key: 'told', data: 'x'.repeat(100_000) })
  await server.call('PATCH', `/artifacts/${id}`, { data: 'y' })
  await server.call('DELETE', `/artifacts/${id}`)
  const events = await server.database.db.query<{ event: string; data: unknown }>(sql`
    select event, payload -> 'data' as data
    from event
    where event like 'prefect.artifact-collection.%' and payload ->> 'key' = 'told'
    order by seq
  `)
  expect(events).toEqual([
    { event: 'prefect.artifact-collection.created', data: null },
    { event: 'prefect.artifact-collection.updated', data: 'y' },
    { event: 'prefect.artifact-collection.deleted', data: 'y' },
  ])
})
