import type { BlockSchema, BlockType } from '@slipway/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestServer, type TestServer } from '../../testing/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await createTestServer()
})
afterAll(() => server.close())

const NOBODY = '00000000-0000-4000-8000-000000000000'

async function createType(slug: string, rest: object = {}): Promise<BlockType> {
  return (await server.call<BlockType>('POST', '/block_types/', { name: `Type ${slug}`, slug, ...rest })).body
}

function createSchema(block_type_id: string, rest: object = {}) {
  return server.call<BlockSchema>('POST', '/block_schemas/', { block_type_id, fields: {}, ...rest })
}

test('a type is returned exactly as it was stored', async () => {
  const created = await createType('exact', { logo_url: 'https://example.com/l.png', description: 'd' })
  expect((await server.call('GET', '/block_types/slug/exact')).body).toEqual(created)
  await server.call('PATCH', `/block_types/${created.id}`, { description: null, code_example: 'c' })
  expect((await server.call('GET', `/block_types/${created.id}`)).body).toMatchObject({
    logo_url: 'https://example.com/l.png',
    description: null,
    code_example: 'c',
  })
})

test('taken slugs, reserved names and protected types', async () => {
  await createType('taken')
  expect(await server.call('POST', '/block_types/', { name: 'Other', slug: 'taken' })).toEqual({
    status: 409,
    body: { detail: 'Block type with name "Other" already exists' },
  })
  expect((await server.call('POST', '/block_types/', { name: 'prefect x', slug: 'px' })).status).toBe(403)
  const secret = (await server.call<BlockType>('GET', '/block_types/slug/secret')).body
  expect(await server.call('DELETE', `/block_types/${secret.id}`)).toEqual({
    status: 403,
    body: { detail: 'protected block types cannot be deleted.' },
  })
})

test('a type takes its schemas and documents along', async () => {
  const type = await createType('doomed')
  const schema = (await createSchema(type.id)).body
  const document = { name: 'd', data: {}, block_type_id: type.id, block_schema_id: schema.id }
  expect((await server.call('POST', '/block_documents/', document)).status).toBe(201)
  expect((await server.call('DELETE', `/block_types/${type.id}`)).status).toBe(204)
  expect((await server.call('GET', `/block_schemas/${schema.id}`)).status).toBe(404)
  expect((await server.call('GET', '/block_types/slug/doomed/block_documents')).body).toEqual({
    detail: 'Block type not found',
  })
})

test('a schema is found by its checksum, which has a colon, and by its version', async () => {
  const type = await createType('summed')
  const fields = { title: 'T', type: 'object', properties: { n: { default: 1 } }, secret_fields: ['x'] }
  const first = await createSchema(type.id, { fields, version: '1' })
  expect(first.status).toBe(201)
  expect(first.body.fields).toEqual({ ...fields, block_schema_references: {} })
  expect(await createSchema(type.id, { fields, version: '1' })).toEqual({ ...first, status: 200 })
  server.clock.advance(1)
  const second = await createSchema(type.id, { fields, version: '2' })
  expect(second.body.checksum).toBe(first.body.checksum)
  const path = `/block_schemas/checksum/${first.body.checksum}`
  expect((await server.call('GET', `${path}?version=1`)).body).toEqual(first.body)
  expect((await server.call('GET', path)).body).toEqual(second.body)
  expect(await server.call('GET', `${path}?version=3`)).toEqual({
    status: 404,
    body: { detail: 'Block schema not found' },
  })
  const list = { block_schemas: { block_type_id: { any_: [type.id] } } }
  expect((await server.call('POST', '/block_schemas/filter', list)).body).toEqual([second.body, first.body])
  expect((await server.call('DELETE', `/block_schemas/${second.body.id}`)).status).toBe(204)
  expect((await server.call('DELETE', `/block_schemas/${second.body.id}`)).status).toBe(404)
})

test('schemas of nested blocks are registered with the outer one', async () => {
  const outer = await createType('outer')
  const inner = await createType('inner')
  const definition = {
    title: 'I',
    type: 'object',
    block_type_slug: 'inner',
    properties: { k: {} },
    secret_fields: ['k'],
  }
  const fields = (slug: string) => ({
    title: 'O',
    type: 'object',
    block_type_slug: 'outer',
    properties: { a: { $ref: '#/definitions/I' } },
    block_schema_references: { a: { block_type_slug: slug, block_schema_checksum: 'sha256:0' } },
    definitions: { I: { ...definition, block_type_slug: slug } },
  })
  expect((await createSchema(outer.id, { fields: fields('inner'), capabilities: ['nest', 'a'] })).status).toBe(201)
  const list = { block_schemas: { block_type_id: { any_: [inner.id] } } }
  const [registered, ...others] = (await server.call<BlockSchema[]>('POST', '/block_schemas/filter', list)).body
  expect(others).toEqual([])
  expect(registered).toMatchObject({ version: 'non-versioned', fields: definition })
  expect((await createSchema(outer.id, { fields: fields('nobody') })).status).toBe(409)
  expect((await server.call<string[]>('GET', '/block_capabilities/')).body).toEqual(
    expect.arrayContaining(['a', 'nest']),
  )
  const capable = { block_schemas: { block_capabilities: { all_: ['nest'] } } }
  const types = (await server.call<BlockType[]>('POST', '/block_types/filter', capable)).body
  expect(types.map(({ slug }) => slug)).toEqual(['outer'])
})

test('what is not there', async () => {
  const type = { status: 404, body: { detail: 'Block type not found' } }
  expect(await server.call('GET', `/block_types/${NOBODY}`)).toEqual(type)
  expect(await server.call('PATCH', `/block_types/${NOBODY}`, {})).toEqual(type)
  expect(await server.call('DELETE', `/block_types/${NOBODY}`)).toEqual(type)
  expect(await createSchema(NOBODY)).toEqual({ status: 404, body: { detail: `Block type ${NOBODY} not found.` } })
})
