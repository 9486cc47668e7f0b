import { databaseUrl, runSql } from '@slipway/server/testing'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Api, api } from '../support/api.ts'
import { createRun, makeDeployment, makePool, waitForState } from '../support/cloud-run-pool.ts'
import type { Slipway } from '../support/slipway.ts'
import { createStage, embeddedUrl, postmasterOf } from '../support/stage.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'

const stage = createStage()
let server: Slipway
let client: Api
beforeAll(async () => {
  server = await stage.slipway()
  client = api(server.apiUrl)
  await ownDatabase('behind_wire')
})
afterAll(async () => {
  await stage.close()
})

afterEach(({ task }) => {
  if (task.result?.state === 'fail') console.error(server.log())
})

async function ownDatabase(name: string): Promise<string> {
  const url = await embeddedUrl(server.dataDir)
  await runSql(url, `create database ${name}`)
  return databaseUrl(url, name)
}

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

test('SIGTERM lets a call to the cloud finish: its run is not sent again by the next server', async () => {
  const emulator = await stage.emulator()
  const options = {
    dataDir: server.dataDir,
    settings: { ...emulator.settings, database_url: await ownDatabase('draining') },
  }
  const first = await stage.slipway(options)
  const { port } = first
  const from = api(first.apiUrl)
  await makePool(from, { key: emulator.key })
  const deployment = await makeDeployment(from)
  await emulator.control.post('settings', { latency_ms: 1_500 })
  const { id } = await createRun(from, deployment.id)
  const calls = async () =>
    ((await emulator.control.get('requests?method=POST')) as { requests: object[] }).requests.length
  await expect.poll(calls, { timeout: 10_000 }).toBe(1)
  expect(await first.stop()).toBe(0)
  await stage.slipway({ ...options, port })
  expect((await waitForState(from, id)).state_type).toBe('COMPLETED')
  expect(await emulator.starts(id)).toBe(1)
  expect(await calls()).toBe(1)
})

test('SIGTERM ends the server with code 0 within ten seconds, and its PostgreSQL with it', async () => {
  const asked = performance.now()
  expect(await server.stop()).toBe(0)
  expect(performance.now() - asked).toBeLessThan(10_000)
  expect(await postmasterOf(server.dataDir)).toBeNull()
  server = await stage.slipway({ dataDir: server.dataDir, port: server.port })
  expect(await client.get('/health')).toBe(true)
})
