import type { DeploymentResponse, FlowRunResponse } from '@slipway/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestServer, type TestServer } from '../testing/server.ts'
import { expirePauses } from './expire-pauses.ts'
import { markLateRuns } from './mark-late-runs.ts'

let server: TestServer
let deployment_id: string
beforeAll(async () => {
  server = await createTestServer()
  const flow = (await server.call<{ id: string }>('POST', '/flows/', { name: 'f' })).body
  const limit = { concurrency_limit: 1, concurrency_options: { collision_strategy: 'CANCEL_NEW' } }
  const body = { name: 'd', flow_id: flow.id, ...limit }
  deployment_id = (await server.call<DeploymentResponse>('POST', '/deployments/', body)).body.id
})
afterAll(() => server.close())

const create = async () =>
  (await server.call<FlowRunResponse>('POST', `/deployments/${deployment_id}/create_flow_run`, {})).body
const read = async (id: string) => (await server.call<FlowRunResponse>('GET', `/flow_runs/${id}`)).body
const setState = async (id: string, state: object) => await server.call('POST', `/flow_runs/${id}/set_state`, { state })

test('a run that waits for fifteen seconds is late, once, and still due', async () => {
  const run = await create()
  server.clock.advance(14)
  expect(await markLateRuns(server.ctx, 10)).toBe(0)
  server.clock.advance(2)
  // Two servers look at once.
  const found = await Promise.all([markLateRuns(server.ctx, 10), markLateRuns(server.ctx, 10)])
  expect(found.reduce((sum, count) => sum + count, 0)).toBe(1)
  const late = await read(run.id)
  expect(late).toMatchObject({ state_name: 'Late', state_type: 'SCHEDULED', run_count: 0 })
  expect(late.next_scheduled_start_time).toBe(run.next_scheduled_start_time)
  expect(late.expected_start_time).toBe(run.expected_start_time)
  expect(await markLateRuns(server.ctx, 10)).toBe(0)
  await setState(run.id, { type: 'PENDING' })
})

test('where nothing waits for a slot, a late run is cancelled', async () => {
  const run = await create()
  server.clock.advance(20)
  await markLateRuns(server.ctx, 10)
  expect((await read(run.id)).state_name).toBe('Cancelled')
})

test('a pause that nobody ends in time fails the run; one that was ended does not', async () => {
  const runs = [await create(), await create()]
  const pause_timeout = new Date(Date.parse(server.ctx.clock.now()) + 60_000).toISOString()
  for (const { id } of runs) {
    await setState(id, { type: 'RUNNING' })
    const paused = await setState(id, { type: 'PAUSED', state_details: { pause_timeout, pause_key: '1' } })
    expect(paused.status).toBe(201)
  }
  expect(await expirePauses(server.ctx, 10)).toBe(0)
  await setState(runs[1]?.id ?? '', { type: 'RUNNING' })
  server.clock.advance(120)
  expect(await expirePauses(server.ctx, 10)).toBe(1)
  const failed = await read(runs[0]?.id ?? '')
  expect(failed).toMatchObject({ state_type: 'FAILED', state: { message: 'The flow was paused and never resumed.' } })
  expect((await read(runs[1]?.id ?? '')).state_type).toBe('RUNNING')
})
