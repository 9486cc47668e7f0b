import { databaseUrl, runSql } from '@slipway/server/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Api, api } from '../support/api.ts'
import type { Slipway } from '../support/slipway.ts'
import { createStage, embeddedUrl, postmasterOf } from '../support/stage.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'

const stage = createStage()
let server: Slipway
let client: Api
beforeAll(async () => {
  server = await stage.slipway()
  client = api(server.apiUrl)
  await runSql(await embeddedUrl(server.dataDir), 'create database behind_wire')
})
afterAll(async () => {
  await stage.close()
})

const healthOf = async (from: Api) => await from.call<boolean>('GET', '/health')
const health = () => healthOf(client)

async function postgresPid(): Promise<number> {
  const running = await postmasterOf(server.dataDir)
  if (running === null) throw new Error('PostgreSQL does not run')
  return running.pid
}

test('ready names every service with its last success', async () => {
  await expect.poll(async () => (await client.call('GET', '/ready')).status).toBe(200)
  const { services } = await client.get<{ services: { name: string; healthy: boolean }[] }>('/ready')
  expect(services.map(({ name }) => name)).toEqual(expect.arrayContaining(['dispatcher', 'reconciler', 'canceller']))
  expect(services.every(({ healthy }) => healthy)).toBe(true)
  await expect
    .poll(async () =>
      (await client.get<{ services: { last_success: string | null }[] }>('/ready')).services.filter(
        ({ last_success }) => last_success === null,
      ),
    )
    .toEqual([])
})

test('a PostgreSQL that is killed is started again, and health is true again', async () => {
  const before = await postgresPid()
  process.kill(before, 'SIGKILL')
  await expect
    .poll(async () => (await postmasterOf(server.dataDir))?.pid ?? before, { timeout: 20_000 })
    .not.toBe(before)
  await expect.poll(health, { timeout: 20_000 }).toEqual({ status: 200, body: true })
  await expect.poll(async () => (await client.call('GET', '/ready')).status, { timeout: 20_000 }).toBe(200)
})

test.for(['cut', 'hold'] as const)(
  'health is false while the wire to PostgreSQL is %s, true afterwards',
  async (how) => {
    const url = new URL(await embeddedUrl(server.dataDir))
    const proxy = await startTcpProxy(Number(url.port))
    url.port = String(proxy.port)
    const other = await stage.slipway({
      dataDir: server.dataDir,
      settings: { database_url: databaseUrl(url.href, 'behind_wire') },
    })
    try {
      const ask = () => healthOf(api(other.apiUrl))
      expect(await ask()).toEqual({ status: 200, body: true })
      proxy[how]()
      await expect.poll(ask, { timeout: 20_000 }).toEqual({ status: 503, body: false })
      proxy.mend()
      await expect.poll(ask, { timeout: 20_000 }).toEqual({ status: 200, body: true })
      proxy[how]()
      const asked = performance.now()
      await other.stop()
      expect(performance.now() - asked).toBeLessThan(10_000)
    } finally {
      await proxy.close()
    }
  },
)

test('SIGTERM ends the server with code 0 within ten seconds, and its PostgreSQL with it', async () => {
  const asked = performance.now()
  expect(await server.stop()).toBe(0)
  expect(performance.now() - asked).toBeLessThan(10_000)
  expect(await postmasterOf(server.dataDir)).toBeNull()
  server = await stage.slipway({ dataDir: server.dataDir, port: server.port })
  expect(await client.get('/health')).toBe(true)
})
