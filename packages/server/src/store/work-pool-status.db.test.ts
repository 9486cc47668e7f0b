import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestServer, type TestServer } from '../testing/server.ts'
import { updatePoolProviderStatus } from './work-pool-status.ts'

let server: TestServer
let pool_id: string
beforeAll(async () => {
  server = await createTestServer()
  const body = { name: 'push', type: 'cloud-run:push' }
  pool_id = (await server.call<{ id: string }>('POST', '/work_pools/', body)).body.id
})
afterAll(() => server.close())

const works = { is_ready: true, status: { ok: true, fault: null } }
const refuses = { is_ready: false, status: { ok: false, fault: { code: 'no-permission' } } }
const tell = async (seen: typeof works | typeof refuses) =>
  await server.database.db.transaction((tx) => updatePoolProviderStatus(tx, pool_id, seen, server.clock.now()))
const status = async () => (await server.call<{ status: string }>('GET', '/work_pools/push')).body.status

test('only a change of the status is told', async () => {
  expect(await tell(works)).toBeNull()
  expect(await tell(refuses)).toMatchObject({ id: pool_id, status: 'READY' })
  expect(await status()).toBe('NOT_READY')
  expect(await tell(refuses)).toBeNull()
  expect(await tell(works)).toMatchObject({ status: 'NOT_READY' })
  expect(await status()).toBe('READY')
})

test('a paused pool stays paused, whatever its cloud says', async () => {
  await server.call('PATCH', '/work_pools/push', { is_paused: true })
  expect(await tell(refuses)).toBeNull()
  expect(await status()).toBe('PAUSED')
})
