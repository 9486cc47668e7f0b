import { generateKeyPairSync } from 'node:crypto'
import type { BlockSchema, BlockType, WorkerResponse, WorkPoolResponse, WorkQueueResponse } from '@slipway/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { registerBlockTypes } from '../../operations/register-block-types.ts'
import { sql } from '../../store/sql.ts'
import { createTestServer, type TestServer } from '../../testing/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await createTestServer()
  await registerBlockTypes(server.ctx, server.ctx.installation.default_workspace_id)
})
afterAll(() => server.close())

const create = (name: string, rest: object = {}) =>
  server.call<WorkPoolResponse>('POST', '/work_pools/', { name, type: 'process', ...rest })
const read = async (name: string) => (await server.call<WorkPoolResponse>('GET', `/work_pools/${name}`)).body
const eventsOf = async (resource_id: string) =>
  (
    await server.database.db.query<{ event: string }>(
      sql`select event from event where resource_id = ${resource_id} order by seq`,
    )
  ).map((row) => row.event)

const ref = (block_document_id: string) => ({ $ref: { block_document_id } })
const template = (credentials: unknown) => ({
  job_configuration: { credentials: '{{ credentials }}' },
  variables: { type: 'object', properties: { credentials: { default: credentials } } },
})

async function saveGcpBlock(name: string, service_account_info: object): Promise<string> {
  const { body: type } = await server.call<BlockType>('GET', '/block_types/slug/gcp-credentials')
  const filter = { block_schemas: { block_type_id: { any_: [type.id] } } }
  const { body: schemas } = await server.call<BlockSchema[]>('POST', '/block_schemas/filter', filter)
  const block = { name, block_type_id: type.id, block_schema_id: schemas[0]?.id, data: { service_account_info } }
  return (await server.call<{ id: string }>('POST', '/block_documents/', block)).body.id
}

function keyFile() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return {
    type: 'service_account',
    project_id: 'a-project',
    private_key_id: 'a'.repeat(40),
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    client_email: 'runner@a-project.iam.gserviceaccount.com',
  }
}

test('a pool gets a default queue, is paused, resumed and deleted, and each change is told', async () => {
  const { status, body } = await create('first', { concurrency_limit: 2 })
  expect(status).toBe(201)
  expect(body).toMatchObject({ status: 'NOT_READY', active_slots: 0, storage_configuration: expect.any(Object) })
  const queue = await server.call('GET', '/work_pools/first/queues/default')
  expect(queue.body).toMatchObject({ id: body.default_queue_id, priority: 1, work_pool_name: 'first' })
  await server.call('PATCH', '/work_pools/first', { is_paused: true })
  expect(await read('first')).toMatchObject({ is_paused: true, status: 'PAUSED' })
  await server.call('PATCH', '/work_pools/first', { is_paused: false, description: 'mine' })
  expect(await read('first')).toMatchObject({ status: 'NOT_READY', description: 'mine', concurrency_limit: 2 })
  expect((await server.call('DELETE', '/work_pools/first')).status).toBe(204)
  expect((await server.call('GET', '/work_pools/first')).body).toEqual({ detail: 'Work pool "first" not found.' })
  expect((await server.call('GET', `/work_queues/${body.default_queue_id}`)).status).toBe(404)
  expect(await eventsOf(`prefect.work-pool.${body.id}`)).toEqual(
    ['created', 'not-ready', 'paused', 'updated', 'not-ready', 'deleted'].map((what) => `prefect.work-pool.${what}`),
  )
})

test('two pools of one name are refused, and so are reserved names', async () => {
  await create('twice')
  expect(await create('twice')).toMatchObject({
    status: 409,
    body: { detail: 'A work pool with this name already exists.' },
  })
  expect((await create('Prefect-mine')).status).toBe(403)
  expect((await server.call('DELETE', '/work_pools/prefect-mine')).status).toBe(403)
  expect((await server.call('PATCH', '/work_pools/prefect-mine', { description: 'x' })).status).toBe(403)
})

test('a push pool is ready at once; one that nobody pushes to is refused', async () => {
  expect((await create('push', { type: 'cloud-run:push' })).body.status).toBe('READY')
  const refused = await create('nobody', { type: 'moon-base:push' })
  expect(refused.status).toBe(422)
  expect(refused.body).toMatchObject({ detail: expect.stringContaining('moon-base:push') })
  expect((await create('anything', { type: 'unheard-of' })).status).toBe(201)
})

test('a push pool that the cloud refused is ready again when it is changed', async () => {
  await create('refused', { type: 'cloud-run:push' })
  await server.database.db.query(
    sql`update work_pool set status = 'NOT_READY', provider_status = '{"ok":false}' where name = 'refused'`,
  )
  await server.call('PATCH', '/work_pools/refused', { description: 'still' })
  expect((await read('refused')).status).toBe('NOT_READY')
  await server.call('PATCH', '/work_pools/refused', { is_paused: false })
  expect((await read('refused')).status).toBe('READY')
})

test('a pool that names a missing block is refused, and a push pool tells which', async () => {
  const id = '00000000-0000-4000-8000-000000000000'
  const plain = await create('plain-block', { base_job_template: template(ref(id)) })
  expect(plain).toMatchObject({ status: 404, body: { detail: 'Block not found.' } })
  const push = await create('push-block', { type: 'cloud-run:push', base_job_template: template(ref(id)) })
  expect(push.status).toBe(404)
  expect(push.body).toMatchObject({ detail: expect.stringContaining(id) })
})

test('credentials of a push pool are checked when it is made and when its template changes', async () => {
  const key = keyFile()
  const good = await saveGcpBlock('good', key)
  const bad = await saveGcpBlock('bad', { ...key, token_uri: 'https://example.com/token' })
  const refused = await create('bad-key', { type: 'cloud-run:push', base_job_template: template(ref(bad)) })
  expect(refused.status).toBe(422)
  expect(refused.body).toMatchObject({ detail: expect.stringContaining('token_uri is not an address of Google') })
  expect(JSON.stringify(refused.body)).not.toContain('PRIVATE KEY')
  const made = await create('good-key', { type: 'cloud-run:push', base_job_template: template(ref(good)) })
  expect(made.status).toBe(201)
  const change = { base_job_template: template(ref(bad)) }
  expect((await server.call('PATCH', '/work_pools/good-key', change)).status).toBe(422)
  expect((await read('good-key')).base_job_template).toEqual(template(ref(good)))
})

test('whoever makes a push pool that containers cannot report to is warned', async () => {
  // The test server has a loopback address and Google's own endpoint.
  const answer = await server.app.inject({
    method: 'POST',
    url: '/api/work_pools/',
    headers: { host: '127.0.0.1:4200', 'content-type': 'application/json' },
    payload: JSON.stringify({ name: 'far', type: 'cloud-run:push' }),
  })
  expect(answer.statusCode).toBe(201)
  expect(answer.headers['slipway-warning']).toContain('SLIPWAY_PUBLIC_API_URL')
  expect(await eventsOf(`prefect.work-pool.${(await read('far')).id}`)).toContain('slipway.work-pool.warning')
})

test('queues keep their order by priority, and the default one stays', async () => {
  const { body: pool } = await create('ordered')
  const queues = async () =>
    (await server.call<{ name: string; priority: number }[]>('POST', '/work_pools/ordered/queues/filter', {})).body.map(
      (queue) => `${queue.name} ${queue.priority}`,
    )
  await server.call('POST', '/work_pools/ordered/queues', { name: 'a' })
  await server.call('POST', '/work_pools/ordered/queues', { name: 'b', priority: 1 })
  expect(await queues()).toEqual(['b 1', 'default 2', 'a 3'])
  await server.call('PATCH', '/work_pools/ordered/queues/a', { priority: 1 })
  expect(await queues()).toEqual(['a 1', 'b 2', 'default 3'])
  expect((await server.call('DELETE', `/work_queues/${pool.default_queue_id}`)).status).toBe(409)
  expect((await server.call('DELETE', '/work_pools/ordered/queues/b')).status).toBe(204)
  expect(await queues()).toEqual(['a 1', 'default 3'])
})

test('queues made at the same time never share a priority', async () => {
  await create('crowd')
  const names = Array.from({ length: 8 }, (_, index) => `q${index}`)
  await Promise.all(names.map((name) => server.call('POST', '/work_pools/crowd/queues', { name })))
  const { body } = await server.call<{ priority: number }[]>('POST', '/work_pools/crowd/queues/filter', {})
  expect(body.map((queue) => queue.priority)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
})

test('a queue without a pool belongs to the pool of agents', async () => {
  const made = await Promise.all([1, 2].map(() => server.call('POST', '/work_queues/', { name: 'alone' })))
  expect(made.map((answer) => answer.status).toSorted((a, b) => a - b)).toEqual([201, 409])
  const { body } = await server.call<WorkQueueResponse>('GET', '/work_queues/name/alone')
  expect(body).toMatchObject({ work_pool_name: 'default-agent-pool', priority: 2, status: 'NOT_READY' })
  expect((await read('default-agent-pool')).status).toBeNull()
  await server.call('PATCH', `/work_queues/${body.id}`, { is_paused: true })
  expect((await server.call('GET', `/work_queues/${body.id}`)).body).toMatchObject({ status: 'PAUSED' })
  expect((await server.call('GET', `/work_queues/${body.id}/status`)).body).toMatchObject({ healthy: false })
})

test('a worker makes its pool ready and can be forgotten', async () => {
  await create('worked')
  const beat = { name: 'w', heartbeat_interval_seconds: 5 }
  expect((await server.call('POST', '/work_pools/worked/workers/heartbeat', beat)).status).toBe(204)
  expect((await read('worked')).status).toBe('READY')
  const { body } = await server.call<WorkerResponse[]>('POST', '/work_pools/worked/workers/filter', {})
  expect(body).toMatchObject([{ name: 'w', status: 'ONLINE', heartbeat_interval_seconds: 5 }])
  expect((await server.call('DELETE', '/work_pools/worked/workers/w')).status).toBe(204)
  expect((await server.call('DELETE', '/work_pools/worked/workers/w')).status).toBe(404)
})
