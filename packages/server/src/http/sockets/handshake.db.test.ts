import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApiKey } from '../../operations/api-keys.ts'
import { insertFlow, insertFlowRun } from '../../testing/factories.ts'
import { basic, insertRunCredential } from '../../testing/run-credentials.ts'
import { createTestServer, type TestServer } from '../../testing/server.ts'
import { openSocket } from '../../testing/socket-client.ts'

const AUTH = 'operator:a-long-password'
const PATHS = ['/events/in', '/events/out', '/logs/out'] as const

let open: TestServer
let guarded: TestServer
const urls = { open: '', guarded: '' }
const tokens = { read: '', run: '', container: '' }

beforeAll(async () => {
  open = await createTestServer()
  guarded = await createTestServer({ flags: { auth_string: AUTH } })
  urls.open = `${(await open.app.listen({ host: '127.0.0.1', port: 0 })).replace('http', 'ws')}/api`
  urls.guarded = `${(await guarded.app.listen({ host: '127.0.0.1', port: 0 })).replace('http', 'ws')}/api`
  const { ctx } = guarded
  const workspace_id = ctx.installation.default_workspace_id
  tokens.read = (await createApiKey(ctx, workspace_id, { name: 'r', scopes: ['read'], expires: null })).key
  tokens.run = (await createApiKey(ctx, workspace_id, { name: 'w', scopes: ['run'], expires: null })).key
  const run = await insertFlowRun(ctx, { flow_id: await insertFlow(ctx) })
  tokens.container = await insertRunCredential(ctx, run)
})

afterAll(async () => {
  await open.close()
  await guarded.close()
})

test.for(PATHS)('%s answers a ping before it knows who is there, and selects the subprotocol', async (path) => {
  const client = await openSocket(`${urls.guarded}${path}`)
  await client.ping()
  expect(client.socket.protocol).toBe('prefect')
  client.close()
})

test.for(PATHS)('%s lets everybody in where nothing is configured', async (path) => {
  const client = await openSocket(`${urls.open}${path}`)
  client.send({ type: 'auth', token: null })
  expect(await client.next()).toEqual({ type: 'auth_success' })
  client.close()
})

test.for(PATHS)('%s is there below the path of a workspace too', async (path) => {
  const { default_workspace_id } = open.ctx.installation
  const prefix = `${urls.open}/accounts/${open.ctx.ids.uuid()}/workspaces/${default_workspace_id}`
  const client = await openSocket(`${prefix}${path}`)
  client.send({ type: 'auth', token: null })
  expect(await client.next()).toEqual({ type: 'auth_success' })
  client.close()
})

test.for([
  ['no auth frame', '{"type":"filter","filter":{}}', 1008, "Expected 'auth' message"],
  ['no JSON', 'auth', 1008, "Expected 'auth' message"],
  ['no object', '"auth"', 1008, "Expected 'auth' message"],
  ['no token', '{"type":"auth","token":null}', 1008, 'Auth required but no token provided'],
  ['an empty token', '{"type":"auth","token":""}', 1008, 'Auth required but no token provided'],
  ['a wrong token', '{"type":"auth","token":"operator:wrong"}', 1008, 'Invalid token'],
  ['a wrong key', '{"type":"auth","token":"slpw_wrong"}', 1008, 'Invalid token'],
] as const)('a first frame with %s closes', async ([, frame, code, reason]) => {
  const client = await openSocket(`${urls.guarded}/events/in`)
  client.send(frame)
  expect(await client.closed).toEqual({ code, reason })
})

test.for([
  ['operator', '/events/in', (): string => AUTH],
  ['operator', '/events/out', (): string => AUTH],
  ['key with scope run', '/events/in', (): string => tokens.run],
  ['key with scope read', '/events/out', (): string => tokens.read],
  ['key with scope read', '/logs/out', (): string => tokens.read],
  ['container', '/events/in', (): string => tokens.container],
  ['container', '/logs/out', (): string => tokens.container],
] as const)('the token of a %s opens %s', async ([, path, token]) => {
  const client = await openSocket(`${urls.guarded}${path}`)
  client.send({ type: 'auth', token: token() })
  expect(await client.next()).toEqual({ type: 'auth_success' })
  client.close()
})

test('a key that may only read sends no events', async () => {
  const client = await openSocket(`${urls.guarded}/events/in`)
  client.send({ type: 'auth', token: tokens.read })
  expect(await client.closed).toEqual({ code: 1008, reason: 'The credential lacks the scope "run"' })
})

test('a header of the upgrade counts when the frame has no token', async () => {
  const client = await openSocket(`${urls.guarded}/events/in`, { headers: basic(AUTH) })
  client.send({ type: 'auth', token: null })
  expect(await client.next()).toEqual({ type: 'auth_success' })
  client.close()
})

test('without the subprotocol only an open server lets in, and expects no auth frame', async () => {
  await expect(openSocket(`${urls.guarded}/events/in`, { protocol: null })).rejects.toThrow('401')
  const client = await openSocket(`${urls.open}/events/out`, { protocol: null })
  client.send({ type: 'nonsense' })
  expect(await client.closed).toEqual({ code: 1002, reason: "Expected 'filter' message" })
})

test('workers are told to use REST', async () => {
  await expect(openSocket(`${urls.open}/work_pools/pool/workers/connect`)).rejects.toThrow('404')
  expect((await open.call('GET', '/work_pools/pool/workers/connect')).status).toBe(404)
})

test('pages of other hosts cannot open a socket', async () => {
  await expect(openSocket(`${urls.open}/events/out`, { headers: { origin: 'https://evil.example' } })).rejects.toThrow(
    '403',
  )
})

test('a path that is no socket stays HTTP', async () => {
  await expect(openSocket(`${urls.open}/hello`)).rejects.toThrow('200')
  await expect(openSocket(`${urls.open}/nope`)).rejects.toThrow('404')
})

test('a server that stops says that it restarts, so that clients come back', async () => {
  const stopping = await createTestServer()
  const url = (await stopping.app.listen({ host: '127.0.0.1', port: 0 })).replace('http', 'ws')
  const client = await openSocket(`${url}/api/events/out`)
  client.send({ type: 'auth', token: null })
  await client.next()
  await stopping.close()
  expect(await client.closed).toEqual({ code: 1012, reason: 'The server restarts' })
})
