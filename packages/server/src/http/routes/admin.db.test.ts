import type { BlockDocument, BlockSchema, BlockType } from '@slipway/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestServer, type TestServer } from '../../testing/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await createTestServer()
})
afterAll(() => server.close())

async function createDocument(slug: string, capabilities: readonly string[]): Promise<string> {
  const type = (await server.call<BlockType>('POST', '/block_types/', { name: slug, slug })).body
  const block_type_id = type.id
  const given = { block_type_id, fields: { title: slug }, capabilities }
  const schema = (await server.call<BlockSchema>('POST', '/block_schemas/', given)).body
  const body = { name: 'd', data: {}, block_type_id, block_schema_id: schema.id }
  return (await server.call<BlockDocument>('POST', '/block_documents/', body)).body.id
}

const storage = async () =>
  (await server.call<{ default_result_storage_block_id: string | null }>('GET', '/admin/storage')).body
    .default_result_storage_block_id
const put = (id: string) => server.call('PUT', '/admin/storage', { default_result_storage_block_id: id })

test('results are kept by a block that can, as long as it is there', async () => {
  const able = await createDocument('able', ['read-path', 'write-path', 'get-directory'])
  const unable = await createDocument('unable', ['read-path'])
  const nobody = '00000000-0000-4000-8000-000000000000'
  expect(await storage()).toBeNull()
  expect(await put(nobody)).toEqual({ status: 404, body: { detail: `Block document ${nobody} not found.` } })
  expect(await put(unable)).toEqual({
    status: 422,
    body: { detail: `Block document ${unable} cannot be used for result storage.` },
  })
  expect((await put(able)).status).toBe(200)
  expect(await storage()).toBe(able)
  await server.call('DELETE', `/block_documents/${able}`)
  expect(await storage()).toBeNull()
  expect((await server.call('DELETE', '/admin/storage')).status).toBe(204)
})

test('settings are shown without secrets', async () => {
  const password = 'not-to-be-shown'
  const guarded = await createTestServer({ flags: { auth_string: `operator:${password}` } })
  const authorization = `Basic ${Buffer.from(`operator:${password}`).toString('base64')}`
  const { status, body } = await guarded.call<Record<string, unknown>>('GET', '/admin/settings', undefined, {
    authorization,
  })
  await guarded.close()
  expect(status).toBe(200)
  expect(body['auth_string']).toBe('********')
  expect(body['encryption_key']).toBe('********')
  expect(JSON.stringify(body)).not.toContain(password)
})
