import { addSeconds, type FlowRunResponse, type TaskRun } from '@slipway/contract'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { keepPartitions } from '../operations/keep-partitions.ts'
import { sql } from '../store/sql.ts'
import { insertFlow, insertFlowRun } from '../testing/factories.ts'
import { createTestServer, type TestServer } from '../testing/server.ts'
import { createRetention } from './retention.ts'

const DAY = 86_400
const server: TestServer = await createTestServer({ flags: { run_retention_seconds: 10 * DAY } })
const keeping: TestServer = await createTestServer()
const { ctx, clock } = server
const flow_id = await insertFlow(ctx)
afterAll(() => Promise.all([server.close(), keeping.close()]))
beforeEach(() => clock.advance(DAY))

const pass = async (on: TestServer = server) => {
  const retention = createRetention()
  while ((await retention.runOnce(on.ctx)) === 'more');
}
const exists = async (id: string) => (await server.call('GET', `/flow_runs/${id}`)).status === 200
const setState = (id: string, type: string) =>
  server.call('POST', `/flow_runs/${id}/set_state`, { state: { type }, force: true })

async function writeLog(on: TestServer, days: number): Promise<void> {
  const line = {
    name: 'n',
    level: 20,
    message: `${days}`,
    flow_run_id: null,
    timestamp: addSeconds(on.ctx.clock.now(), days * DAY),
  }
  expect((await on.call('POST', '/logs/', [line])).status).toBe(201)
}

test('days of logs and events go at once when they are wholly older than they are kept, and not before', async () => {
  clock.set('2031-03-05T12:00:00.000000Z')
  await keepPartitions(ctx)
  // Rows of days that have no partition go too.
  await writeLog(server, -40)
  await writeLog(server, -29)
  await writeLog(server, 0)
  const tables = async () =>
    (
      await ctx.db.query<{ name: string }>(sql`
        select c.relname as name
        from pg_class c
        where c.relname ~ '^(log|event)_2031030[45]$'
        order by 1
        limit 10
      `)
    ).map(({ name }) => name)
  const messages = async () =>
    (await ctx.db.query<{ message: string }>(sql`select message from log order by timestamp limit 10`)).map(
      ({ message }) => message,
    )
  await pass()
  expect(await messages()).toEqual(['-29', '0'])
  expect(await tables()).toEqual(['event_20310304', 'event_20310305', 'log_20310304', 'log_20310305'])
  clock.set('2031-03-12T23:00:00.000000Z')
  await Promise.all([pass(), pass()])
  expect(await tables()).toEqual(['event_20310305', 'log_20310304', 'log_20310305'])
  clock.set('2031-03-13T00:00:01.000000Z')
  await pass()
  expect(await tables()).toEqual(['log_20310304', 'log_20310305'])
  clock.set('2031-04-04T12:00:00.000000Z')
  await pass()
  expect(await tables()).toEqual(['log_20310305'])
  expect(await messages()).toEqual(['0'])
  clock.set('2031-04-05T00:00:01.000000Z')
  await pass()
  expect(await tables()).toEqual([])
})

test('a run goes with all that is its own some time after it ended', async () => {
  const [old, young, live] = await Promise.all(
    [1, 2, 3].map(() => insertFlowRun(ctx, { flow_id, state: { type: 'RUNNING' } })),
  )
  if (old === undefined || young === undefined || live === undefined) throw new Error('Three runs were made')
  const task = { flow_run_id: old, task_key: 'work', dynamic_key: '0', name: 'work', state: { type: 'COMPLETED' } }
  const { id: task_run_id } = (await server.call<TaskRun>('POST', '/task_runs/', task)).body
  await server.call('POST', `/flow_runs/${old}/input`, { key: 'k', value: '{}' })
  for (const key of ['report', null]) {
    await server.call('POST', '/artifacts/', { key, type: 'markdown', data: 'x', flow_run_id: old })
  }
  await setState(old, 'COMPLETED')
  clock.advance(5 * DAY)
  await setState(young, 'FAILED')
  clock.advance(5 * DAY + 1)
  await pass()
  expect([await exists(old), await exists(young), await exists(live)]).toEqual([false, true, true])
  const count = async (rows: ReturnType<typeof sql>) => (await ctx.db.query<{ count: number }>(rows))[0]?.count
  expect(await count(sql`select count(*) as count from flow_run_state where flow_run_id = ${old}`)).toBe(0)
  expect(await count(sql`select count(*) as count from task_run where flow_run_id = ${old}`)).toBe(0)
  expect(await count(sql`select count(*) as count from task_run_state where task_run_id = ${task_run_id}`)).toBe(0)
  expect(await count(sql`select count(*) as count from flow_run_input where flow_run_id = ${old}`)).toBe(0)
  // The newest of its key is still shown.
  expect(await count(sql`select count(*) as count from artifact where flow_run_id = ${old}`)).toBe(1)
  clock.advance(5 * DAY)
  await pass()
  expect([await exists(young), await exists(live)]).toEqual([false, true])
})

test('what a live run above or below needs, or a cloud still holds, stays', async () => {
  const parent = await insertFlowRun(ctx, { flow_id, state: { type: 'RUNNING' } })
  const placeholder = {
    flow_run_id: parent,
    task_key: 'sub',
    dynamic_key: '0',
    name: 'sub',
    state: { type: 'RUNNING' },
  }
  const { id: parent_task_run_id } = (await server.call<TaskRun>('POST', '/task_runs/', placeholder)).body
  const body = { flow_id, parent_task_run_id, state: { type: 'COMPLETED' } }
  const child = (await server.call<FlowRunResponse>('POST', '/flow_runs/', body)).body.id
  const pushed = await insertFlowRun(ctx, { flow_id, state: { type: 'COMPLETED' } })
  const now = clock.now()
  await ctx.db.query(sql`
    insert into submission (id, workspace_id, created, updated, flow_run_id, attempt_no, work_pool_id, pool_type, state,
      resource_name, infrastructure_pid, sealed_request, request_sha256, credential_hash)
    values (${ctx.ids.uuid()}, ${ctx.installation.default_workspace_id}, ${now}, ${now}, ${pushed}, 1, ${ctx.ids.uuid()},
      'recording:push', 'finished', 'job', 'pid', '{}', '', ${Buffer.alloc(32)})
  `)
  clock.advance(11 * DAY)
  await pass()
  expect([await exists(child), await exists(pushed)]).toEqual([true, true])
  await ctx.db.query(sql`update submission set discarded_at = ${clock.now()} where flow_run_id = ${pushed}`)
  await setState(parent, 'COMPLETED')
  await pass()
  expect([await exists(parent), await exists(child), await exists(pushed)]).toEqual([true, false, false])
  const [left] = await ctx.db.query<{ count: number }>(sql`select count(*) as count from submission`)
  expect(left?.count).toBe(0)
})

test('without a setting runs are kept', async () => {
  const id = await insertFlowRun(keeping.ctx, { flow_id: await insertFlow(keeping.ctx), state: { type: 'COMPLETED' } })
  keeping.clock.advance(3_000 * DAY)
  await pass(keeping)
  expect((await keeping.call('GET', `/flow_runs/${id}`)).status).toBe(200)
})
