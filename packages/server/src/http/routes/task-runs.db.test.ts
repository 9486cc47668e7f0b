import type { FlowRunResponse, OrchestrationResult, State, TaskRun } from '@slipway/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sql } from '../../store/sql.ts'
import { insertFlow } from '../../testing/factories.ts'
import { createTestServer, type TestServer } from '../../testing/server.ts'

let server: TestServer
let flow_run_id: string
beforeAll(async () => {
  server = await createTestServer()
  const flow_id = await insertFlow(server.ctx)
  const run = { flow_id, state: { type: 'RUNNING' }, labels: { team: 'x' } }
  flow_run_id = (await server.call<FlowRunResponse>('POST', '/flow_runs/', run)).body.id
})
afterAll(() => server.close())

let number = 0
const create = (body: object = {}) =>
  server.call<TaskRun>('POST', '/task_runs/', { flow_run_id, task_key: 't', dynamic_key: String(number++), ...body })
const propose = (id: string, state: object, force = false) =>
  server.call<OrchestrationResult>('POST', `/task_runs/${id}/set_state`, { state, force })
const read = async (id: string) => (await server.call<TaskRun>('GET', `/task_runs/${id}`)).body

test('a task run begins as Pending, with the id that its client chose and the labels of its flow run', async () => {
  const id = server.ctx.ids.uuid7()
  const { status, body } = await create({ id, name: 'mine' })
  expect(status).toBe(201)
  expect(body).toMatchObject({ id, name: 'mine', flow_run_id, state_type: 'PENDING', run_count: 0 })
  expect(body.labels).toMatchObject({ team: 'x', 'prefect.flow-run.id': flow_run_id })
  expect(body.state?.state_details).toMatchObject({ flow_run_id, task_run_id: id })
  expect((await read(id)).state).toEqual(body.state)
})

test.for([
  ['in a flow run', true],
  ['without a flow run', false],
] as const)('equal keys make one task run, %s', async ([, isInFlow]) => {
  const order = { flow_run_id: isInFlow ? flow_run_id : null, task_key: 'same', dynamic_key: 'x' }
  const answers = await Promise.all(Array.from({ length: 8 }, () => create(order)))
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
})

test('a flow run that does not exist, and an id that is taken, are conflicts', async () => {
  expect((await create({ flow_run_id: server.ctx.ids.uuid() })).status).toBe(409)
  const { body } = await create()
  expect((await create({ id: body.id })).status).toBe(409)
})

test('rules speak about states that are proposed', async () => {
  const { body } = await create({ empirical_policy: { retries: 1, retry_delay: 60 } })
  expect((await propose(body.id, { type: 'RUNNING' })).status).toBe(201)
  const failed = await propose(body.id, { type: 'FAILED' })
  expect(failed.body).toMatchObject({ status: 'REJECT', state: { type: 'SCHEDULED', name: 'AwaitingRetry' } })
  expect((await propose(body.id, { type: 'RUNNING' })).body).toMatchObject({ status: 'WAIT' })
  expect((await propose(body.id, { type: 'RUNNING' }, true)).body).toMatchObject({ status: 'ACCEPT' })
  const { body: states } = await server.call<State[]>('GET', `/task_run_states/?task_run_id=${body.id}`)
  expect(states.map(({ name }) => name)).toEqual(['Pending', 'Running', 'AwaitingRetry', 'Running'])
  expect((await server.call('GET', `/task_run_states/${states[0]?.id}`)).body).toEqual(states[0])
  const nobody = server.ctx.ids.uuid()
  expect(await propose(nobody, { type: 'RUNNING' })).toEqual({
    status: 404,
    body: { exception_message: `Task run with id ${nobody} not found` },
  })
})

test('the states of a subflow are those of its placeholder', async () => {
  const { body: placeholder } = await create()
  const flow_id = await insertFlow(server.ctx)
  const { body: child } = await server.call<FlowRunResponse>('POST', '/flow_runs/', {
    flow_id,
    parent_task_run_id: placeholder.id,
  })
  await server.call('POST', `/flow_runs/${child.id}/set_state`, { state: { type: 'RUNNING' } })
  const mirrored = await read(placeholder.id)
  expect(mirrored).toMatchObject({ state_type: 'RUNNING' })
  expect(mirrored.state?.state_details.child_flow_run_id).toBe(child.id)
})

test('slots of tags are taken once, and free again when the task run is over or deleted', async () => {
  await server.call('POST', '/v2/concurrency_limits/', { name: 'tag:db', limit: 1 })
  const active = async () => {
    const [row] = await server.database.db.query<{ active_slots: number }>(
      sql`select active_slots from concurrency_limit where name = 'tag:db'`,
    )
    return row?.active_slots
  }
  const [one, two] = [(await create({ tags: ['db'] })).body, (await create({ tags: ['db'] })).body]
  const answers = await Promise.all([propose(one.id, { type: 'RUNNING' }), propose(two.id, { type: 'RUNNING' })])
  expect(answers.map(({ body }) => body.status).sort()).toEqual(['ACCEPT', 'WAIT'])
  expect(await active()).toBe(1)
  const holder = answers[0].body.status === 'ACCEPT' ? one : two
  expect((await server.call('DELETE', `/task_runs/${holder.id}`)).status).toBe(204)
  expect(await active()).toBe(0)
})

test('a task run is renamed and deleted', async () => {
  const { body } = await create()
  expect((await server.call('PATCH', `/task_runs/${body.id}`, { name: 'new' })).status).toBe(204)
  expect((await server.call('PATCH', `/task_runs/${body.id}`, {})).status).toBe(204)
  expect((await read(body.id)).name).toBe('new')
  expect((await server.call('DELETE', `/task_runs/${body.id}`)).status).toBe(204)
  expect((await server.call('DELETE', `/task_runs/${body.id}`)).body).toEqual({ detail: 'Task not found' })
  expect((await server.call('PATCH', `/task_runs/${body.id}`, {})).body).toEqual({ detail: 'Task run not found' })
  expect((await server.call('GET', `/task_run_states/?task_run_id=${body.id}`)).body).toEqual([])
})

test('lists are filtered, counted and cut into pages', async () => {
  for (const type of ['FAILED', 'COMPLETED', 'FAILED']) await create({ name: `list-${type}`, state: { type } })
  const filter = { task_runs: { name: { like_: 'list-' }, state: { type: { any_: ['FAILED', 'COMPLETED'] } } } }
  const { body } = await server.call<TaskRun[]>('POST', '/task_runs/filter', {
    ...filter,
    sort: 'EXPECTED_START_TIME_DESC',
    limit: 2,
  })
  expect(body.map(({ name }) => name)).toEqual(['list-FAILED', 'list-COMPLETED'])
  expect((await server.call('POST', '/task_runs/count', filter)).body).toBe(3)
  const { body: page } = await server.call('POST', '/task_runs/paginate', { ...filter, limit: 2, page: 2 })
  expect(page).toMatchObject({ count: 3, pages: 2, page: 2, results: [{ flow_run_id }] })
})
