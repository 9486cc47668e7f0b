import { addSeconds, type ApiKey, type CreatedApiKey, type Problem } from '@slipway/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sql } from '../../store/sql.ts'
import { basic } from '../../testing/run-credentials.ts'
import { createTestServer, type TestServer } from '../../testing/server.ts'

const operator = basic('operator:a-long-password')
let server: TestServer

beforeAll(async () => {
  server = await createTestServer({ flags: { auth_string: 'operator:a-long-password' } })
})

afterAll(() => server.close())

async function make(body: object): Promise<CreatedApiKey> {
  return (await server.call<CreatedApiKey>('POST', '/admin/api_keys', body, operator)).body
}

async function list(): Promise<readonly ApiKey[]> {
  return (await server.call<ApiKey[]>('GET', '/admin/api_keys', undefined, operator)).body
}

test('a key is shown once, and only its hash is stored', async () => {
  const made = await make({ name: 'ci', scopes: ['deploy', 'read'] })
  expect(made).toMatchObject({ name: 'ci', scopes: ['deploy', 'read'], expires: null, last_used: null, revoked: null })
  expect(made.key).toMatch(/^slpw_[\w-]{43}$/)
  expect(made.key.endsWith(made.hint)).toBe(true)
  const listed = (await list()).find(({ id }) => id === made.id)
  expect(listed).toEqual({ ...made, key: undefined })
  const [{ row } = { row: '' }] = await server.ctx.db.query<{ row: string }>(sql`
    select to_jsonb(k)::text as row from api_key k where id = ${made.id}
  `)
  expect(row).toContain('ci')
  expect(row).not.toContain(made.key.slice('slpw_'.length))
})

test('its last use is seen, once a minute', async () => {
  const made = await make({ name: 'used', scopes: ['read'] })
  const use = () => server.call('GET', '/version', undefined, { authorization: `Bearer ${made.key}` })
  const lastUse = async () => (await list()).find(({ id }) => id === made.id)?.last_used
  await use()
  const first = await lastUse()
  await use()
  expect(await lastUse()).toBe(first)
  server.clock.advance(61)
  await use()
  expect(await lastUse()).not.toBe(first)
})

test('a name is used once among keys that open something', async () => {
  const first = await make({ name: 'twice', scopes: ['read'] })
  const again = await server.call<Problem>('POST', '/admin/api_keys', { name: 'twice', scopes: ['run'] }, operator)
  expect([again.status, again.body.detail]).toEqual([409, 'An API key named twice already exists.'])
  const revoke = () => server.call('DELETE', `/admin/api_keys/${first.id}`, undefined, operator)
  expect((await revoke()).status).toBe(204)
  expect((await revoke()).status).toBe(404)
  expect((await list()).find(({ id }) => id === first.id)?.revoked).not.toBeNull()
  const second = await make({ name: 'twice', scopes: ['run'] })
  expect(second.id).not.toBe(first.id)
  const old = await server.call('GET', '/version', undefined, { authorization: `Bearer ${first.key}` })
  expect(old.status).toBe(401)
})

test.for([
  [{ name: '', scopes: ['read'] }, 'no name'],
  [{ name: 'x', scopes: [] }, 'no scope'],
  [{ name: 'x', scopes: ['root'] }, 'an unknown scope'],
  [{ name: 'x', scopes: ['read'], expires: '2001-01-01T00:00:00Z' }, 'a time that is over'],
] as const)('%j is refused: %s', async ([body]) => {
  expect((await server.call('POST', '/admin/api_keys', body, operator)).status).toBe(422)
})

test('a key with less than the scope admin makes no keys', async () => {
  const made = await make({ name: 'deployer', scopes: ['deploy'], expires: addSeconds(server.clock.now(), 60) })
  const headers = { authorization: `Bearer ${made.key}` }
  const answer = await server.call<Problem>('POST', '/admin/api_keys', { name: 'mine', scopes: ['admin'] }, headers)
  expect(answer.status).toBe(403)
  expect(answer.body.detail).toContain('"admin"')
})
