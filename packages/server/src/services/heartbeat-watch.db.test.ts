import type { FlowRunResponse, State } from '@slipway/contract'
import { afterAll, expect, test } from 'vitest'
import { sql } from '../store/sql.ts'
import { insertFlow, insertFlowRun, insertWorkPool } from '../testing/factories.ts'
import { createTestServer, type TestServer } from '../testing/server.ts'
import { createHeartbeatWatch } from './heartbeat-watch.ts'

const server: TestServer = await createTestServer()
const { ctx, clock } = server
const flow_id = await insertFlow(ctx)
afterAll(() => server.close())

async function beat(...ids: readonly string[]): Promise<void> {
  const body = ids.map((id) => ({
    id: ctx.ids.uuid7(),
    event: 'prefect.flow-run.heartbeat',
    occurred: clock.now(),
    resource: { 'prefect.resource.id': `prefect.flow-run.${id}` },
    related: [],
    payload: {},
    follows: null,
  }))
  await server.call('POST', '/events', body)
}

const running = () => insertFlowRun(ctx, { flow_id, state: { type: 'RUNNING' } })
const read = async (id: string) => (await server.call<FlowRunResponse>('GET', `/flow_runs/${id}`)).body
const stateOf = async (id: string) => (await read(id)).state_type

/** Time goes by as it does for a server that is up: with a pass now and then. */
async function wait(seconds: number, ...watches: readonly ReturnType<typeof createHeartbeatWatch>[]): Promise<void> {
  for (let left = seconds; left > 0; left -= 60) {
    clock.advance(Math.min(60, left))
    for (const watch of watches) while ((await watch.runOnce(ctx)) === 'more');
  }
}

test('a run that stops sending heartbeats is crashed with words; those that live or never promised any are not', async () => {
  const watch = createHeartbeatWatch()
  const [alive, silent, mute, busy, ended] = [
    await running(),
    await running(),
    await running(),
    await running(),
    await running(),
  ]
  for (let round = 0; round < 3; round += 1) {
    await beat(alive, silent, busy, ended)
    await wait(180, watch)
  }
  await server.call('POST', `/flow_runs/${ended}/set_state`, { state: { type: 'COMPLETED' } })
  for (let round = 0; round < 3; round += 1) {
    await beat(alive)
    await wait(180, watch)
  }
  const line = { name: 'flow', level: 20, message: 'still here', flow_run_id: busy, timestamp: clock.now() }
  await server.call('POST', '/logs/', [line])
  await wait(120, watch)
  expect(await stateOf(silent)).toBe('RUNNING')
  await wait(120, watch)
  const { state } = (await read(silent)) as { state: State }
  expect(state.type).toBe('CRASHED')
  expect(state.message).toMatch(/^The run sent heartbeats and then nothing for 9\d\d seconds/)
  expect([await stateOf(alive), await stateOf(mute), await stateOf(busy), await stateOf(ended)]).toEqual([
    'RUNNING',
    'RUNNING',
    'RUNNING',
    'COMPLETED',
  ])
  await wait(900, watch)
  expect(await stateOf(busy)).toBe('CRASHED')
})

test('two servers that look at once end a run once', async () => {
  const watches = [createHeartbeatWatch(), createHeartbeatWatch()]
  const id = await running()
  await beat(id)
  await wait(10, ...watches)
  await beat(id)
  for (let minute = 0; minute < 16; minute += 1) {
    clock.advance(60)
    await Promise.all(watches.map((watch) => watch.runOnce(ctx)))
  }
  expect(await stateOf(id)).toBe('CRASHED')
  const states = (await server.call<State[]>('GET', `/flow_run_states/?flow_run_id=${id}`)).body
  expect(states.filter(({ type }) => type === 'CRASHED')).toHaveLength(1)
})

test('what happened while no server listened is held against no run', async () => {
  const watch = createHeartbeatWatch()
  const id = await running()
  await beat(id)
  await wait(60, watch)
  await beat(id)
  await wait(60, watch)
  // The machine sleeps for a night, and the run with it.
  clock.advance(30_000)
  await watch.runOnce(ctx)
  expect(await stateOf(id)).toBe('RUNNING')
  await wait(600, watch)
  await beat(id)
  await wait(840, watch)
  expect(await stateOf(id)).toBe('RUNNING')
})

test('a cloud that says that the container runs is believed, as long as it says so', async () => {
  const watch = createHeartbeatWatch()
  const { pool_id, queue_id } = await insertWorkPool(ctx)
  const id = await insertFlowRun(ctx, { flow_id, queue_id, state: { type: 'RUNNING' } })
  const now = clock.now()
  await ctx.db.query(sql`
    insert into submission (id, workspace_id, created, updated, flow_run_id, attempt_no, work_pool_id, pool_type, state,
      resource_name, infrastructure_pid, sealed_request, request_sha256, credential_hash, observed_at)
    values (${ctx.ids.uuid()}, ${ctx.installation.default_workspace_id}, ${now}, ${now}, ${id}, 1, ${pool_id},
      'recording:push', 'accepted', 'job', 'pid', '{}', '', ${Buffer.alloc(32)}, ${now})
  `)
  await beat(id)
  await wait(60, watch)
  await beat(id)
  for (let minute = 0; minute < 60; minute += 1) {
    await ctx.db.query(sql`update submission set observed_at = ${clock.now()} where flow_run_id = ${id}`)
    await wait(60, watch)
  }
  expect(await stateOf(id)).toBe('RUNNING')
  await wait(360, watch)
  expect(await stateOf(id)).toBe('CRASHED')
})
