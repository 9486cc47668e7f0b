import { generateKeyPairSync } from 'node:crypto'
import type { BlockDocument, BlockSchema, BlockType, JsonObject } from '@slipway/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { registerBlockTypes } from '../../operations/register-block-types.ts'
import { sql } from '../../store/sql.ts'
import { createTestServer, type TestServer } from '../../testing/server.ts'

let server: TestServer
let type: BlockType
let schema: BlockSchema
beforeAll(async () => {
  server = await createTestServer()
  type = (await server.call<BlockType>('POST', '/block_types/', { name: 'Login', slug: 'login' })).body
  const fields = {
    title: 'Login',
    type: 'object',
    block_type_slug: 'login',
    properties: { user: { type: 'string' }, key: { type: 'string' }, inner: {} },
    secret_fields: ['key', 'inner.*'],
  }
  const body = { block_type_id: type.id, fields, version: '1' }
  schema = (await server.call<BlockSchema>('POST', '/block_schemas/', body)).body
})
afterAll(() => server.close())

function create(name: string | null, data: JsonObject, rest: object = {}) {
  const body = { name, data, block_type_id: type.id, block_schema_id: schema.id, ...rest }
  return server.call<BlockDocument>('POST', '/block_documents/', body)
}

async function read(id: string, query = ''): Promise<BlockDocument> {
  return (await server.call<BlockDocument>('GET', `/block_documents/${id}${query}`)).body
}

const ref = (block_document_id: string) => ({ $ref: { block_document_id } })

test('secrets are stars until somebody asks for them', async () => {
  const { status, body } = await create('plain', { user: 'u', key: 'k1' })
  expect(status).toBe(201)
  expect(body).toMatchObject({ name: 'plain', data: { user: 'u', key: '********' }, block_type_name: 'Login' })
  expect((await read(body.id)).data).toEqual({ user: 'u', key: '********' })
  expect((await read(body.id, '?include_secrets=true')).data).toEqual({ user: 'u', key: 'k1' })
  const path = '/block_types/slug/login/block_documents/name/plain'
  expect((await server.call<BlockDocument>('GET', path)).body.data).toEqual({ user: 'u', key: '********' })
  const opened = await server.call<BlockDocument>('GET', `${path}?include_secrets=true`)
  expect(opened.body.data).toEqual({ user: 'u', key: 'k1' })
})

test('a PATCH merges or replaces, and stars keep the old secret', async () => {
  const { body } = await create('patched', { user: 'u', key: 'k1' })
  const path = `/block_documents/${body.id}`
  await server.call('PATCH', path, { data: { user: 'v', key: '********' } })
  expect((await read(body.id, '?include_secrets=true')).data).toEqual({ user: 'v', key: 'k1' })
  await server.call('PATCH', path, { data: { key: '********' }, merge_existing_data: false })
  expect((await read(body.id, '?include_secrets=true')).data).toEqual({ key: 'k1' })
})

test('referenced blocks are unfolded with their own secrets hidden, and vanish when deleted', async () => {
  const inner = (await create('inner', { user: 'i', key: 'deep' })).body
  const middle = (await create('middle', { user: 'm', other: ref(inner.id.toUpperCase()) })).body
  const outer = (await create('outer', { user: 'o', other: ref(middle.id) })).body
  const hidden = { user: 'o', other: { user: 'm', other: { user: 'i', key: '********' } } }
  expect(outer.data).toEqual(hidden)
  expect((await read(outer.id, '?include_secrets=true')).data).toEqual({
    user: 'o',
    other: { user: 'm', other: { user: 'i', key: 'deep' } },
  })
  expect(outer.block_document_references).toMatchObject({
    other: { block_document: { id: middle.id, name: 'middle', block_document_references: { other: {} } } },
  })
  await server.call('DELETE', `/block_documents/${inner.id}`)
  expect((await read(outer.id)).data).toEqual({ user: 'o', other: { user: 'm' } })
  // The id is still inside the sealed data, and must not stop the document from being changed.
  expect((await server.call('PATCH', `/block_documents/${middle.id}`, { data: { user: 'n' } })).status).toBe(204)
})

describe('references', () => {
  test('to nobody are refused', async () => {
    expect((await create('lost', { other: ref('00000000-0000-4000-8000-000000000000') })).status).toBe(409)
    expect((await server.call('GET', '/block_types/slug/login/block_documents/name/lost')).status).toBe(404)
  })

  test('that name no document are refused, not kept as data', async () => {
    for (const $ref of [{}, { block_document_id: 'nobody' }, { block_document_id: null }]) {
      expect(await create('broken', { other: { $ref } })).toEqual({
        status: 400,
        body: { detail: 'Received block reference without a block_document_id in key other' },
      })
    }
  })

  test('that close a circle are refused', async () => {
    const a = (await create('circle-a', {})).body
    const b = (await create('circle-b', { other: ref(a.id) })).body
    const answer = await server.call('PATCH', `/block_documents/${a.id}`, { data: { other: ref(b.id) } })
    expect(answer.status).toBe(400)
    expect((await server.call('PATCH', `/block_documents/${a.id}`, { data: { other: ref(a.id) } })).status).toBe(400)
    expect((await read(b.id)).data).toEqual({ other: {} })
  })

  test('that would close a circle together are not both taken', async () => {
    for (let round = 0; round < 10; round += 1) {
      const a = (await create(`pair-a-${round}`, {})).body
      const b = (await create(`pair-b-${round}`, {})).body
      const answers = await Promise.all([
        server.call('PATCH', `/block_documents/${a.id}`, { data: { other: ref(b.id) } }),
        server.call('PATCH', `/block_documents/${b.id}`, { data: { other: ref(a.id) } }),
      ])
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204, 400]))
    }
  })

  test('that unfold to far more than is stored are not shown', async () => {
    const statuses: number[] = []
    let id = (await create('wide-0', {})).body.id
    while (!statuses.includes(422) && statuses.length < 9) {
      const fields = ['a', 'b', 'c'].map((name) => [name, ref(id)] as const)
      const { body, status } = await create(`wide-${statuses.length + 1}`, Object.fromEntries(fields))
      statuses.push(status)
      id = body.id
    }
    // 3 + 9 + … + 3^6 is above a thousand.
    expect(statuses).toEqual([201, 201, 201, 201, 201, 422])
  })
})

test('anonymous documents need no name and are shown to who asks for them', async () => {
  const { status, body } = await create(null, { user: 'x' }, { is_anonymous: true })
  expect(status).toBe(201)
  expect(body.name).toMatch(/^anonymous-/)
  const count = async (block_documents: object | null) =>
    (await server.call<number>('POST', '/block_documents/count', { block_documents })).body
  const mine = { id: { any_: [body.id] } }
  expect(await count(mine)).toBe(0)
  expect(await count({ ...mine, is_anonymous: { eq_: true } })).toBe(1)
  expect(await count({ ...mine, is_anonymous: null })).toBe(1)
})

test('what is not there is named in the words that clients know', async () => {
  const nobody = '/block_documents/00000000-0000-4000-8000-000000000000'
  const gone = { status: 404, body: { detail: 'Block document not found' } }
  expect(await server.call('GET', nobody)).toEqual(gone)
  expect(await server.call('PATCH', nobody, { data: {} })).toEqual(gone)
  expect(await server.call('DELETE', nobody)).toEqual(gone)
  await create('twice', {})
  expect(await create('twice', {})).toEqual({ status: 409, body: { detail: 'Block already exists' } })
  expect((await create('no-schema', {}, { block_schema_id: type.id })).status).toBe(409)
})

test('no secret is readable in the database, in an event or in an error', async () => {
  const secret = 'correct-horse-battery'
  const { body } = await create('quiet', { user: 'u', key: secret, inner: { a: { b: secret } } })
  await server.call('PATCH', `/block_documents/${body.id}`, { data: { user: 'w', key: secret } })
  const refused = await server.call('POST', '/block_documents/', {
    name: 'Bad Name',
    data: { key: secret },
    extra: secret,
  })
  expect(refused.status).toBe(422)
  expect(JSON.stringify(refused.body)).not.toContain(secret)
  const malformed = await server.app.inject({
    method: 'POST',
    url: '/api/block_documents/',
    headers: { host: '127.0.0.1:4200', 'content-type': 'application/json' },
    payload: `{"data": {"key": "${secret}"`,
  })
  expect(malformed.payload).not.toContain(secret)
  const { db } = server.database
  const rows = await db.query<{ text: string }>(sql`
    select row_to_json(d)::text as text from block_document d
    union all
    select row_to_json(e)::text from event e
  `)
  expect(rows.length).toBeGreaterThan(2)
  expect(rows.filter(({ text }) => text.includes(secret))).toEqual([])
  const events = await db.query<{ event: string; payload: { data: unknown } }>(sql`
    select event, payload from event where resource_id = ${`prefect.block-document.${body.id}`} order by seq
  `)
  expect(events.map(({ event, payload }) => [event, payload.data])).toEqual([
    ['prefect.block-document.created', { user: 'u' }],
    ['prefect.block-document.updated', { user: 'w' }],
  ])
})

describe('a GCP Credentials block', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const key = {
    type: 'service_account',
    project_id: 'my-project',
    private_key_id: 'a'.repeat(40),
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    client_email: 'runner@my-project.iam.gserviceaccount.com',
    token_uri: 'https://oauth2.googleapis.com/token',
  }
  const save = async (name: string, data: JsonObject, options: { query?: string; header?: boolean } = {}) => {
    const own = (await server.call<BlockType>('GET', '/block_types/slug/gcp-credentials')).body
    const filter = { block_schemas: { block_type_id: { any_: [own.id] } } }
    const [latest] = (await server.call<BlockSchema[]>('POST', '/block_schemas/filter', filter)).body
    const body = { name, data, block_type_id: own.id, block_schema_id: latest?.id }
    const headers: Record<string, string> = options.header === true ? { 'slipway-validate': 'true' } : {}
    return await server.call<BlockDocument>('POST', `/block_documents/${options.query ?? ''}`, body, headers)
  }

  test('is saved in parts by other clients', async () => {
    expect((await save('partial', { project: 'x' })).status).toBe(201)
    expect((await save('broken', { service_account_info: '{"type": "service_acc' })).status).toBe(201)
  })

  test.for([
    ['a key that is not there', {}, 'service_account_info is missing'],
    ['text that is cut off', { service_account_info: '{"type": "service_acc' }, 'not valid JSON'],
    ['a key of another kind', { service_account_info: { ...key, type: 'authorized_user' } }, 'service_account'],
    [
      'a private key that was cut',
      { service_account_info: { ...key, private_key: key.private_key.slice(0, 300) } },
      'private_key',
    ],
    [
      'an address that is not Google’s',
      { service_account_info: { ...key, token_uri: 'https://example.com/' } },
      'token_uri',
    ],
  ] as const)('is refused when validation is asked for: %s', async ([what, data, reason]) => {
    for (const asked of [{ query: '?validate=true' }, { header: true }]) {
      const { status, body } = await save('refused', data, asked)
      expect({ what, status }).toEqual({ what, status: 422 })
      expect(JSON.stringify(body)).toContain(reason)
      expect(JSON.stringify(body)).not.toContain(key.private_key.slice(40, 80))
    }
  })

  test('is kept as an object when the whole key is pasted as text', async () => {
    const { status, body } = await save('pasted', { service_account_info: JSON.stringify(key) }, { header: true })
    expect(status).toBe(201)
    expect((await read(body.id, '?include_secrets=true')).data).toEqual({ service_account_info: key })
  })

  test('is validated as it will be, stars and merging included', async () => {
    const { body } = await save('renewed', { service_account_info: key }, { query: '?validate=true' })
    const path = `/block_documents/${body.id}?validate=true`
    const stars = Object.fromEntries(Object.keys(key).map((name) => [name, '********']))
    const unchanged = { project: 'another-project', service_account_info: stars }
    expect((await server.call('PATCH', path, { data: unchanged })).status).toBe(204)
    expect((await server.call('PATCH', path, { data: { service_account_info: { ...key, type: 'x' } } })).status).toBe(
      422,
    )
    expect((await read(body.id, '?include_secrets=true')).data).toEqual({
      project: 'another-project',
      service_account_info: key,
    })
  })
})

test('types that come with the installation are registered once', async () => {
  const before = (await server.call('POST', '/block_schemas/filter', {})).body
  await registerBlockTypes(server.ctx, server.ctx.installation.default_workspace_id)
  expect((await server.call('POST', '/block_types/install_system_block_types')).status).toBe(200)
  expect((await server.call('POST', '/block_schemas/filter', {})).body).toEqual(before)
})

test('who may only read sees stars, and is told what he needs to see more', async () => {
  const guarded = await createTestServer({ flags: { auth_string: 'operator:correct-horse' } })
  const as = (authorization: string) => ({ authorization })
  const operator = as(`Basic ${Buffer.from('operator:correct-horse').toString('base64')}`)
  const key = async (scope: string) => {
    const body = { name: scope, scopes: [scope] }
    const { body: made } = await guarded.call<{ key: string }>('POST', '/admin/api_keys', body, operator)
    return as(`Bearer ${made.key}`)
  }
  const [reader, runner] = [await key('read'), await key('run')]
  const own = (await guarded.call<BlockType>('GET', '/block_types/slug/secret', undefined, operator)).body
  const list = { block_schemas: { block_type_id: { any_: [own.id] } } }
  const [latest] = (await guarded.call<BlockSchema[]>('POST', '/block_schemas/filter', list, operator)).body
  const document = { name: 'w', data: { value: 'x' }, block_type_id: own.id, block_schema_id: latest?.id }
  const { id } = (await guarded.call<BlockDocument>('POST', '/block_documents/', document, operator)).body
  const paths = [
    `/block_documents/${id}`,
    '/block_types/slug/secret/block_documents/name/w',
    '/block_types/slug/secret/block_documents',
  ]
  const statuses: number[] = []
  for (const path of paths) {
    expect(JSON.stringify((await guarded.call('GET', path, undefined, reader)).body)).toContain('********')
    const asked = `${path}?include_secrets=true`
    statuses.push((await guarded.call('GET', asked, undefined, reader)).status)
    statuses.push((await guarded.call('GET', asked, undefined, runner)).status)
  }
  const filter = { include_secrets: true }
  statuses.push((await guarded.call('POST', '/block_documents/filter', filter, reader)).status)
  statuses.push((await guarded.call('POST', '/block_documents/filter', filter, runner)).status)
  await guarded.close()
  expect(statuses).toEqual([403, 200, 403, 200, 403, 200, 403, 200])
})
