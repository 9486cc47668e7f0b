import type { Artifact, FlowRunResponse, State } from '@slipway/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { insertDeployment, insertFlow, insertWorkPool } from '../../testing/factories.ts'
import { createTestServer, type TestServer } from '../../testing/server.ts'

let server: TestServer
let flow_id: string
beforeAll(async () => {
  server = await createTestServer()
  flow_id = await insertFlow(server.ctx, 'etl')
})
afterAll(() => server.close())

const create = (body: object = {}) => server.call<FlowRunResponse>('POST', '/flow_runs/', { flow_id, ...body })
const read = async (id: string) => (await server.call<FlowRunResponse>('GET', `/flow_runs/${id}`)).body
const list = async (body: object) => (await server.call<FlowRunResponse[]>('POST', '/flow_runs/filter', body)).body

test('a run begins as Pending, with a name and the labels of its flow', async () => {
  const { status, body } = await create({ labels: { mine: 1 } })
  expect(status).toBe(201)
  expect(body).toMatchObject({ flow_id, state_type: 'PENDING', state_name: 'Pending', run_count: 0, job_variables: {} })
  expect(body.name).toMatch(/^[a-z]+-[a-z]+$/)
  expect(body.labels).toEqual({ 'prefect.flow.id': flow_id, mine: 1 })
  expect(body.state?.state_details.flow_run_id).toBe(body.id)
  expect(await read(body.id)).toMatchObject({ id: body.id, state_id: body.state_id })
})

test('a key makes one run, however often and however fast it is asked for', async () => {
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, n) => create({ idempotency_key: 'k', name: `n${n}` })),
  )
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(new Set(answers.map(({ body }) => `${body.id} ${body.name}`)).size).toBe(1)
})

test('many runs at once are all made', async () => {
  const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => create({ name: `many-${n}` })))
  expect(answers.map(({ body }) => body.name)).toEqual(Array.from({ length: 50 }, (_, n) => `many-${n}`))
  expect((await server.call('POST', '/flow_runs/count', { flow_runs: { name: { like_: 'many-' } } })).body).toBe(50)
})

test('one bad order among good ones fails alone', async () => {
  const [good, bad, nowhere] = await Promise.all([
    create(),
    create({ flow_id: server.ctx.ids.uuid() }),
    create({ work_pool_name: 'nope' }),
  ])
  expect([good.status, bad.status, nowhere.status]).toEqual([201, 409, 404])
  expect(nowhere.body).toEqual({ detail: 'Work pool "nope" not found.' })
})

test('a run goes to the default queue of the pool that it names', async () => {
  const { pool_id, queue_id } = await insertWorkPool(server.ctx)
  const { body } = await create({ work_pool_name: `pool-${pool_id}` })
  expect(body).toMatchObject({ work_queue_id: queue_id, work_queue_name: 'default', work_pool_id: pool_id })
  const other = await create({ work_pool_name: `pool-${pool_id}`, work_queue_name: 'other' })
  expect(other.status).toBe(404)
  expect(other.body).toEqual({ detail: `Work pool queue 'pool-${pool_id}/other' not found.` })
})

test('an automation is named as creator by headers', async () => {
  const id = server.ctx.ids.uuid()
  const headers = {
    'prefect-automation-id': id,
    'prefect-automation-name': Buffer.from('nächtlich').toString('base64'),
  }
  const { body } = await server.call<FlowRunResponse>('POST', '/flow_runs/', { flow_id }, headers)
  expect(body.created_by).toEqual({ id, type: 'AUTOMATION', display_value: 'nächtlich' })
})

test('numbers of users leave as they came, read and listed', async () => {
  const parameters = '{"b":1.0,"a":12345678901234567890,"c":[1e3]}'
  const headers = { host: '127.0.0.1:4200', 'content-type': 'application/json' }
  const payload = `{"flow_id":"${flow_id}","name":"exact","parameters":${parameters}}`
  const made = await server.app.inject({ method: 'POST', url: '/api/flow_runs/', headers, payload })
  expect(made.payload).toContain(`"parameters":${parameters}`)
  const listed = await server.app.inject({
    method: 'POST',
    url: '/api/flow_runs/filter',
    headers,
    payload: '{"flow_runs":{"name":{"any_":["exact"]}}}',
  })
  expect(listed.payload).toContain(`"parameters":${parameters}`)
})

test('a stored result is found in the state and among the artifacts', async () => {
  const data = { type: 'reference', storage_key: 'x' }
  const { body } = await create({ state: { type: 'COMPLETED', data } })
  expect((await read(body.id)).state?.data).toEqual(data)
  const artifacts = await server.call<Artifact[]>('POST', '/artifacts/filter', {
    artifacts: { flow_run_id: { any_: [body.id] } },
  })
  expect(artifacts.body).toMatchObject([{ type: 'result', key: null, data, flow_run_id: body.id }])
})

test('lists over several states are merged in order', async () => {
  const flow = await insertFlow(server.ctx)
  const types = ['COMPLETED', 'FAILED', 'RUNNING', 'COMPLETED', 'FAILED'] as const
  for (const [n, type] of types.entries()) await create({ flow_id: flow, name: `s${n}`, state: { type } })
  const filter = {
    flows: { id: { any_: [flow] } },
    flow_runs: { state: { type: { any_: ['FAILED', 'COMPLETED', 'CRASHED'] } } },
  }
  const names = async (body: object) => (await list({ ...filter, ...body })).map(({ name }) => name)
  expect(await names({ sort: 'EXPECTED_START_TIME_DESC' })).toEqual(['s4', 's3', 's1', 's0'])
  expect(await names({ sort: 'EXPECTED_START_TIME_ASC', limit: 2, offset: 1 })).toEqual(['s1', 's3'])
  const { body: page } = await server.call('POST', '/flow_runs/paginate', { ...filter, limit: 3, page: 2 })
  expect(page).toMatchObject({ count: 4, limit: 3, pages: 2, page: 2 })
  expect(await names({ limit: 0 })).toEqual([])
})

test('only the fields that a change names are changed', async () => {
  const { body } = await create({ name: 'before', parameters: { a: 1 }, tags: ['x'] })
  const patch = { name: 'after', empirical_policy: { retries: 2 }, infrastructure_pid: 'p' }
  expect((await server.call('PATCH', `/flow_runs/${body.id}`, patch)).status).toBe(204)
  const changed = await read(body.id)
  expect(changed).toMatchObject({ name: 'after', parameters: { a: 1 }, tags: ['x'], infrastructure_pid: 'p' })
  expect(changed.empirical_policy).toMatchObject({ retries: 2, max_retries: 0, resuming: false })
  expect((await server.call('PATCH', `/flow_runs/${server.ctx.ids.uuid()}`, { name: 'x' })).status).toBe(404)
})

test('labels are added to those that a run has', async () => {
  const { body } = await create({ labels: { a: 1, b: 2 } })
  expect((await server.call('PATCH', `/flow_runs/${body.id}/labels`, { b: 'two', c: true })).status).toBe(204)
  expect((await read(body.id)).labels).toEqual({ 'prefect.flow.id': flow_id, a: 1, b: 'two', c: true })
  const nobody = server.ctx.ids.uuid()
  const missing = await server.call('PATCH', `/flow_runs/${nobody}/labels`, {})
  expect(missing).toEqual({ status: 404, body: { exception_message: `Flow run with id ${nobody} not found` } })
})

test('job variables change only while a run of a deployment is scheduled, and must fit its pool', async () => {
  const { queue_id } = await insertWorkPool(server.ctx, {
    base_job_template: {
      job_configuration: { cpu: '{{ cpu }}' },
      variables: { type: 'object', properties: { cpu: { type: 'integer' } } },
    },
  })
  const deployment_id = await insertDeployment(server.ctx, { flow_id, queue_id })
  const change = (id: string, job_variables: object) => server.call('PATCH', `/flow_runs/${id}`, { job_variables })
  const scheduled = (await create({ deployment_id, state: { type: 'SCHEDULED' } })).body
  expect((await change(scheduled.id, { cpu: 2 })).status).toBe(204)
  expect((await read(scheduled.id)).job_variables).toEqual({ cpu: 2 })
  const misfit = await change(scheduled.id, { cpu: 'two' })
  expect(misfit.status).toBe(422)
  expect(misfit.body).toMatchObject({
    detail: expect.stringContaining("Error updating flow run: Validation failed for field 'cpu'."),
  })
  const running = (await create({ deployment_id, state: { type: 'RUNNING' } })).body
  expect((await change(running.id, {})).body).toEqual({
    detail: 'Job variables for a flow run in state RUNNING cannot be updated',
  })
  const alone = (await create({ state: { type: 'SCHEDULED' } })).body
  expect((await change(alone.id, {})).body).toEqual({ detail: 'A deployment for the flow run could not be found' })
})

test('a deleted run takes along what is its own, and its slot is free', async () => {
  const { queue_id } = await insertWorkPool(server.ctx, { type: 'process' })
  const deployment_id = await insertDeployment(server.ctx, { flow_id, queue_id, concurrency_limit: 1 })
  const { body: run } = await create({ deployment_id, state: { type: 'SCHEDULED' } })
  const propose = (id: string) => server.call('POST', `/flow_runs/${id}/set_state`, { state: { type: 'PENDING' } })
  expect((await propose(run.id)).body).toMatchObject({ status: 'ACCEPT' })
  await server.call('POST', `/flow_runs/${run.id}/input`, { key: 'k', value: '1' })
  const { body: task } = await server.call<{ id: string }>('POST', '/task_runs/', {
    flow_run_id: run.id,
    task_key: 't',
    dynamic_key: '0',
  })
  const { body: child } = await create({ parent_task_run_id: task.id })
  const line = { name: 'n', level: 20, message: 'm', timestamp: server.clock.now(), flow_run_id: run.id }
  await server.call('POST', '/logs/', [line])

  expect((await server.call('DELETE', `/flow_runs/${run.id}`)).status).toBe(204)

  expect((await server.call('GET', `/flow_runs/${run.id}`)).status).toBe(404)
  expect((await server.call('GET', `/task_runs/${task.id}`)).status).toBe(404)
  expect((await server.call<State[]>('GET', `/flow_run_states/?flow_run_id=${run.id}`)).body).toEqual([])
  expect((await server.call('GET', `/flow_runs/${run.id}/input/k`)).status).toBe(404)
  const logs = await server.call('POST', '/logs/filter', { logs: { flow_run_id: { any_: [run.id] } } })
  expect(logs.body).toEqual([])
  expect((await read(child.id)).parent_task_run_id).toBeNull()
  const { body: next } = await create({ deployment_id, state: { type: 'SCHEDULED' } })
  expect((await propose(next.id)).body).toMatchObject({ status: 'ACCEPT' })
  expect((await server.call('DELETE', `/flow_runs/${run.id}`)).body).toEqual({ detail: 'Flow run not found' })
})

test('runs are deleted in bulk by a filter', async () => {
  const flow = await insertFlow(server.ctx)
  const ids = await Promise.all([1, 2, 3].map(async () => (await create({ flow_id: flow, tags: ['bulk'] })).body.id))
  const { body } = await server.call<{ deleted: string[] }>('POST', '/flow_runs/bulk_delete', {
    flow_runs: { tags: { all_: ['bulk'] } },
    limit: 2,
  })
  expect(body.deleted).toHaveLength(2)
  expect(ids).toEqual(expect.arrayContaining(body.deleted))
})

test('parameters may be as large as the configuration says', async () => {
  const small = await createTestServer({ flags: { max_parameter_bytes: '1024' } })
  const flow = await insertFlow(small.ctx)
  const parameters = (length: number) => ({ flow_id: flow, parameters: { a: 'é'.repeat(length) } })
  expect((await small.call('POST', '/flow_runs/', parameters(500))).status).toBe(201)
  const refused = await small.call<{ exception_detail: { loc: string[] }[] }>('POST', '/flow_runs/', parameters(510))
  expect(refused.status).toBe(422)
  expect(refused.body.exception_detail[0]?.loc).toEqual(['body', 'parameters'])
  await small.close()
})

test('the runs of another workspace are not there', async () => {
  const { body } = await create()
  const stranger = `/accounts/${server.ctx.ids.uuid()}/workspaces/${server.ctx.ids.uuid()}/flow_runs/${body.id}`
  expect((await server.call('GET', stranger)).status).toBe(404)
})
