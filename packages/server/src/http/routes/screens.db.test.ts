import { addSeconds, type FlowRunResponse, type TaskRun } from '@slipway/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { insertDeployment, insertFlow, insertWorkPool } from '../../testing/factories.ts'
import { createTestServer, type TestServer } from '../../testing/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await createTestServer()
})
afterAll(() => server.close())

const createRun = async (body: object) => (await server.call<FlowRunResponse>('POST', '/flow_runs/', body)).body
let number = 0
const createTask = async (body: object) =>
  (await server.call<TaskRun>('POST', '/task_runs/', { task_key: 't', dynamic_key: String(number++), ...body })).body
const ask = async (path: string, body: object) => (await server.call<unknown>('POST', `/ui/${path}`, body)).body

test('deployments and next runs are told for every flow that was asked about', async () => {
  const [flow_id, idle] = [await insertFlow(server.ctx), await insertFlow(server.ctx)]
  const { queue_id } = await insertWorkPool(server.ctx)
  await insertDeployment(server.ctx, { flow_id, queue_id })
  const now = server.clock.now()
  for (const after of [500, 100, 300]) {
    const state_details = { scheduled_time: addSeconds(now, after) }
    await createRun({ flow_id, name: `in-${after}`, state: { type: 'SCHEDULED', state_details } })
  }
  const flow_ids = [flow_id, idle]
  expect(await ask('flows/count-deployments', { flow_ids })).toEqual({ [flow_id]: 1, [idle]: 0 })
  expect(await ask('flows/next-runs', { flow_ids })).toMatchObject({
    [flow_id]: { name: 'in-100', next_scheduled_start_time: addSeconds(now, 100) },
    [idle]: null,
  })
})

test('charts get start, duration and lateness of runs', async () => {
  const flow_id = await insertFlow(server.ctx)
  const run = await createRun({ flow_id, state: { type: 'RUNNING' } })
  server.clock.advance(60)
  const [point] = (await ask('flow_runs/history', { flows: { id: { any_: [flow_id] } } })) as { duration: number }[]
  expect(point).toMatchObject({ id: run.id, state_type: 'RUNNING', timestamp: run.start_time, lateness: 0 })
  expect(point?.duration).toBeCloseTo(60, 1)
})

test('task runs are counted by flow run, without placeholders, and by state', async () => {
  const flow_id = await insertFlow(server.ctx)
  const run = await createRun({ flow_id })
  const empty = await createRun({ flow_id })
  await createTask({ flow_run_id: run.id, state: { type: 'FAILED' } })
  const placeholder = await createTask({ flow_run_id: run.id })
  await createRun({ flow_id, parent_task_run_id: placeholder.id, state: { type: 'RUNNING' } })
  const flow_run_ids = [run.id, empty.id]
  expect(await ask('flow_runs/count-task-runs', { flow_run_ids })).toEqual({ [run.id]: 1, [empty.id]: 0 })
  expect(await ask('task_runs/count', { flow_runs: { id: { any_: [run.id] } } })).toMatchObject({
    FAILED: 1,
    RUNNING: 1,
    COMPLETED: 0,
  })
})

test('the dashboard gets twenty bars of finished and failed task runs', async () => {
  const flow_id = await insertFlow(server.ctx)
  const run = await createRun({ flow_id })
  const after_ = addSeconds(server.clock.now(), -60)
  for (const type of ['COMPLETED', 'FAILED', 'CRASHED', 'RUNNING'])
    await createTask({ flow_run_id: run.id, state: { type } })
  const bars = (await ask('task_runs/dashboard/counts', {
    task_runs: { start_time: { after_ } },
    flow_runs: { id: { any_: [run.id] } },
  })) as { completed: number; failed: number }[]
  expect(bars).toHaveLength(20)
  expect(bars.reduce((sum, { completed }) => sum + completed, 0)).toBe(1)
  expect(bars.reduce((sum, { failed }) => sum + failed, 0)).toBe(2)
  expect(await ask('task_runs/dashboard/counts', { task_runs: {} })).toEqual({
    detail: 'task_runs.start_time.after_ is required',
  })
})

test('a task run is read with the name of its flow run', async () => {
  const run = await createRun({ flow_id: await insertFlow(server.ctx), name: 'outer' })
  const task = await createTask({ flow_run_id: run.id })
  const { body } = await server.call('GET', `/ui/task_runs/${task.id}`)
  expect(body).toMatchObject({ id: task.id, flow_run_name: 'outer' })
  expect((await server.call('GET', `/ui/task_runs/${run.id}`)).body).toEqual({ detail: 'Task not found' })
})

test('the values of a form are checked against its schema', async () => {
  const schema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] }
  expect(await ask('schemas/validate', { schema, values: { n: 1 } })).toEqual({ errors: [], valid: true })
  expect(await ask('schemas/validate', { schema, values: { n: 'x' } })).toEqual({
    errors: [{ property: 'n', errors: ["'x' is not of type 'integer'"] }],
    valid: false,
  })
  expect(await ask('schemas/validate', { schema: { type: 'bogus' }, values: {} })).toMatchObject({
    detail: expect.stringContaining('Invalid schema'),
  })
})
