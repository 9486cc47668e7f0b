import type { DeploymentResponse, WorkPoolResponse, WorkQueueResponse } from '@slipway/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sql } from '../store/sql.ts'
import { createTestServer, type TestServer } from '../testing/server.ts'
import { watchReadiness } from './watch-readiness.ts'

let server: TestServer
let flow_id: string
beforeAll(async () => {
  server = await createTestServer()
  flow_id = (await server.call<{ id: string }>('POST', '/flows/', { name: 'f' })).body.id
})
afterAll(() => server.close())

const statuses = async (pool: string, deployment_id: string) => ({
  pool: (await server.call<WorkPoolResponse>('GET', `/work_pools/${pool}`)).body.status,
  queue: (await server.call<WorkQueueResponse>('GET', `/work_pools/${pool}/queues/default`)).body.status,
  deployment: (await server.call<DeploymentResponse>('GET', `/deployments/${deployment_id}`)).body.status,
})

async function prepare(name: string, type: string): Promise<string> {
  await server.call('POST', '/work_pools/', { name, type })
  const body = { name, flow_id, work_pool_name: name }
  return (await server.call<DeploymentResponse>('POST', '/deployments/', body)).body.id
}

test('who polls is ready, and who falls silent is not', async () => {
  const id = await prepare('pulled', 'process')
  expect(await statuses('pulled', id)).toEqual({ pool: 'NOT_READY', queue: 'NOT_READY', deployment: 'NOT_READY' })
  await server.call('POST', '/work_pools/pulled/workers/heartbeat', { name: 'w', heartbeat_interval_seconds: 30 })
  await server.call('POST', '/work_pools/pulled/get_scheduled_flow_runs', {})
  expect(await statuses('pulled', id)).toEqual({ pool: 'READY', queue: 'READY', deployment: 'READY' })
  server.clock.advance(59)
  await watchReadiness(server.ctx, 100)
  expect(await statuses('pulled', id)).toEqual({ pool: 'READY', queue: 'READY', deployment: 'READY' })
  server.clock.advance(40)
  await watchReadiness(server.ctx, 100)
  expect(await statuses('pulled', id)).toEqual({ pool: 'NOT_READY', queue: 'NOT_READY', deployment: 'NOT_READY' })
  const events = await server.database.db.query<{ event: string }>(
    sql`select event from event where event like '%ready' and event not like 'prefect.work-pool.not-ready' order by seq`,
  )
  expect(events.map(({ event }) => event)).toEqual([
    'prefect.work-pool.ready',
    'prefect.work-queue.ready',
    'prefect.deployment.ready',
    'prefect.work-queue.not-ready',
    'prefect.deployment.not-ready',
  ])
  expect(await watchReadiness(server.ctx, 100)).toBe(false)
})

test('queue and deployment of a push pool follow its cloud, without any worker', async () => {
  const id = await prepare('pushed', 'cloud-run:push')
  const ready = { pool: 'READY', queue: 'READY', deployment: 'READY' }
  expect(await statuses('pushed', id)).toEqual(ready)
  server.clock.advance(600)
  await watchReadiness(server.ctx, 100)
  expect(await statuses('pushed', id)).toEqual(ready)
  await server.database.db.query(sql`update work_pool set status = 'NOT_READY' where name = 'pushed'`)
  await watchReadiness(server.ctx, 100)
  expect(await statuses('pushed', id)).toEqual({ pool: 'NOT_READY', queue: 'NOT_READY', deployment: 'NOT_READY' })
  await server.database.db.query(sql`update work_pool set status = 'READY' where name = 'pushed'`)
  await watchReadiness(server.ctx, 100)
  expect(await statuses('pushed', id)).toEqual(ready)
})
