import type { Variable } from '@slipway/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sql } from '../../store/sql.ts'
import { createTestServer, type TestServer } from '../../testing/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await createTestServer()
})
afterAll(() => server.close())

const create = (name: string, value: unknown, tags: readonly string[] = []) =>
  server.call<Variable>('POST', '/variables/', { name, value, tags })

test('a variable is created, read both ways, changed and deleted', async () => {
  const { status, body } = await create('region', { zone: 'a' }, ['b', 'a'])
  expect(status).toBe(201)
  expect(body).toMatchObject({ name: 'region', value: { zone: 'a' }, tags: ['b', 'a'] })
  expect((await server.call('GET', '/variables/name/region')).body).toEqual(body)

  server.clock.advance(1)
  expect((await server.call('PATCH', '/variables/name/region', { value: null })).status).toBe(204)
  const changed = (await server.call<Variable>('GET', `/variables/${body.id}`)).body
  expect(changed).toMatchObject({ name: 'region', value: null, tags: ['b', 'a'] })
  expect(changed.updated).not.toBe(body.updated)

  expect((await server.call('PATCH', `/variables/${body.id}`, { name: 'place', tags: [] })).status).toBe(204)
  expect((await server.call('GET', '/variables/name/place')).body).toMatchObject({ value: null, tags: [] })
  expect((await server.call('DELETE', '/variables/name/place')).status).toBe(204)
  expect((await server.call('GET', `/variables/${body.id}`)).body).toEqual({ detail: 'Variable not found.' })
})

test('each change leaves an event', async () => {
  const { body } = await create('told', 1)
  await server.call('PATCH', '/variables/name/told', { value: 2 })
  await server.call('DELETE', '/variables/name/told')
  const { db } = server.database
  const events = await db.query<{ event: string; payload: unknown }>(
    sql`select event, payload from event where resource_id = ${`prefect.variable.${body.id}`} order by seq`,
  )
  expect(events).toEqual([
    { event: 'prefect.variable.created', payload: { name: 'told', value: 1, tags: [] } },
    { event: 'prefect.variable.updated', payload: { name: 'told', value: 2, tags: [] } },
    { event: 'prefect.variable.deleted', payload: { name: 'told', value: 2, tags: [] } },
  ])
})

test('numbers that JavaScript would change come back as they came', async () => {
  const text = '{"name":"precise","value":[1.0,12345678901234567890,"\\u2713"]}'
  const answer = await server.app.inject({
    method: 'POST',
    url: '/api/variables/',
    headers: { host: '127.0.0.1:4200', 'content-type': 'application/json' },
    payload: text,
  })
  expect(answer.statusCode).toBe(201)
  expect(answer.payload).toContain('[1.0,12345678901234567890,"✓"]')
})

test('a taken name is refused, also for a new name of another variable', async () => {
  await create('taken', 1)
  expect(await create('taken', 2)).toEqual({
    status: 409,
    body: { detail: "A variable with the name 'taken' already exists." },
  })
  await create('other', 1)
  expect((await server.call('PATCH', '/variables/name/other', { name: 'taken' })).status).toBe(409)
})

test.for([
  ['PATCH', '/variables/name/nobody', { value: 1 }],
  ['DELETE', '/variables/name/nobody', undefined],
  ['GET', '/variables/name/nobody', undefined],
  ['DELETE', '/variables/00000000-0000-4000-8000-000000000000', undefined],
] as const)('%s %s: there is none', async ([method, path, body]) => {
  expect(await server.call(method, path, body)).toEqual({ status: 404, body: { detail: 'Variable not found.' } })
})

test('lists are filtered, sorted and counted', async () => {
  await create('list_one', 1, ['x', 'y'])
  await create('list-two', 2, ['x'])
  await create('list_three', 3)
  const names = async (variables: object, rest: object = {}) =>
    (await server.call<Variable[]>('POST', '/variables/filter', { variables, ...rest })).body.map(({ name }) => name)
  expect(await names({ name: { like_: 'LIST' } }, { sort: 'NAME_DESC' })).toEqual([
    'list_three',
    'list_one',
    'list-two',
  ])
  expect(await names({ name: { like_: 'list' }, tags: { all_: ['x'] } }, { sort: 'CREATED_DESC' })).toEqual([
    'list-two',
    'list_one',
  ])
  expect(await names({ name: { like_: 'list' }, tags: { is_null_: true } })).toEqual(['list_three'])
  expect(await names({ name: { any_: [] } })).toEqual([])
  expect(await names({ operator: 'or_', name: { any_: ['list_one'] }, tags: { all_: ['y', 'z'] } })).toEqual([
    'list_one',
  ])
  expect(await names({ name: { like_: 'list' } }, { limit: 1, offset: 1, sort: 'CREATED_DESC' })).toEqual(['list-two'])
  const counted = await server.call('POST', '/variables/count', { variables: { name: { like_: 'list' } } })
  expect(counted.body).toBe(3)
})

test('a workspace does not see the variables of another', async () => {
  await create('mine', 1)
  const other = '00000000-0000-4000-8000-00000000000a'
  const { db } = server.database
  await db.query(sql`
    insert into workspace (id, account_id, name, created)
    values (${other}, ${other}, 'other', ${server.clock.now()})
  `)
  const path = `/accounts/${other}/workspaces/${other}/variables`
  expect((await server.call('GET', `${path}/name/mine`)).status).toBe(404)
  expect((await server.call('POST', `${path}/`, { name: 'mine', value: 2 })).status).toBe(201)
  expect((await server.call<Variable>('GET', '/variables/name/mine')).body.value).toBe(1)
})
