import type { FlowRunInput, FlowRunResponse, OrchestrationResult, State } from '@slipway/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { insertDeployment, insertFlow, insertWorkPool } from '../../testing/factories.ts'
import { createTestServer, type TestServer } from '../../testing/server.ts'

let server: TestServer
let flow_id: string
beforeAll(async () => {
  server = await createTestServer()
  flow_id = await insertFlow(server.ctx)
})
afterAll(() => server.close())

const create = async (body: object = {}) =>
  (await server.call<FlowRunResponse>('POST', '/flow_runs/', { flow_id, ...body })).body
const propose = (id: string, state: object) =>
  server.call<OrchestrationResult>('POST', `/flow_runs/${id}/set_state`, { state })
const resume = (id: string, body: object = {}) =>
  server.call<OrchestrationResult>('POST', `/flow_runs/${id}/resume`, body)

async function paused(details: object = {}, body: object = {}): Promise<string> {
  const { id } = await create({ state: { type: 'RUNNING' }, ...body })
  await propose(id, { type: 'PAUSED', state_details: { pause_key: '1', ...details } })
  return id
}

test('a paused run goes on in its process', async () => {
  const id = await paused()
  const resumed = await resume(id)
  expect(resumed.status).toBe(201)
  expect(resumed.body).toMatchObject({ status: 'ACCEPT', state: { type: 'RUNNING' } })
})

test('a suspended run is due again', async () => {
  const { queue_id } = await insertWorkPool(server.ctx)
  const deployment_id = await insertDeployment(server.ctx, { flow_id, queue_id })
  const id = await paused({ pause_reschedule: true }, { deployment_id })
  expect((await resume(id)).body).toMatchObject({ status: 'ACCEPT', state: { type: 'SCHEDULED', name: 'Resuming' } })
})

test('what is not paused cannot go on', async () => {
  const { id } = await create()
  const answer = await resume(id)
  expect(answer.status).toBe(200)
  expect(answer.body).toEqual({
    state: null,
    status: 'ABORT',
    details: { type: 'abort_details', reason: 'Cannot resume a flow run that is not paused.' },
  })
  expect((await resume(server.ctx.ids.uuid())).status).toBe(404)
})

test('a run that waits for input goes on only with input that fits', async () => {
  const keyset = { response: 'p-response', schema: 'p-schema' }
  const id = await paused({ run_input_keyset: keyset })
  const rejected = async (body: object) => {
    const answer = await resume(id, body)
    expect(answer).toMatchObject({ status: 200, body: { status: 'REJECT', state: { type: 'PAUSED' } } })
    return answer.body.details
  }
  expect(await rejected({})).toEqual({ type: 'abort_details', reason: 'Run input schema not found.' })
  const schema = { type: 'object', properties: { age: { type: 'integer' } }, required: ['age'] }
  await server.call('POST', `/flow_runs/${id}/input`, { key: 'p-schema', value: JSON.stringify(schema) })
  expect(await rejected({ run_input: {} })).toMatchObject({
    reason: "Reason: Validation failed. Failure reason: 'age' is a required property",
  })
  const given = { age: { __prefect_kind: 'json', value: '7' } }
  expect((await resume(id, { run_input: given })).body).toMatchObject({ status: 'ACCEPT' })
  const stored = await server.call('GET', `/flow_runs/${id}/input/p-response`)
  expect(stored).toEqual({ status: 200, body: '{"age":7}' })
})

test('inputs are kept, listed by prefix and deleted', async () => {
  const { id } = await create()
  const store = (key: string, value: string, sender?: string) =>
    server.call('POST', `/flow_runs/${id}/input`, { key, value, sender })
  expect(await store('in-1', 'one', 'me')).toEqual({ status: 201, body: null })
  await store('in-2', 'two')
  await store('in_3', 'three')
  expect((await store('in-1', 'again')).body).toEqual({ detail: 'A flow run input with this key already exists.' })
  const find = async (body: object) =>
    (await server.call<FlowRunInput[]>('POST', `/flow_runs/${id}/input/filter`, body)).body.map(({ key }) => key)
  expect(await find({ prefix: 'in-', limit: 5 })).toEqual(['in-1', 'in-2'])
  expect(await find({ prefix: 'in-', exclude_keys: ['in-1'] })).toEqual(['in-2'])
  expect(await find({ prefix: 'in-' })).toEqual(['in-1'])
  expect((await server.call('DELETE', `/flow_runs/${id}/input/in-1`)).status).toBe(204)
  expect((await server.call('GET', `/flow_runs/${id}/input/in-1`)).body).toEqual({
    detail: 'Flow run input not found',
  })
  const nobody = await server.call('POST', `/flow_runs/${server.ctx.ids.uuid()}/input`, { key: 'k', value: '' })
  expect(nobody).toEqual({ status: 404, body: { detail: 'Flow run not found' } })
})

test('the history of a run is read as a whole and one by one', async () => {
  const { id } = await create()
  await propose(id, { type: 'RUNNING' })
  await propose(id, { type: 'COMPLETED', data: { type: 'unpersisted' } })
  const { body: states } = await server.call<State[]>('GET', `/flow_run_states/?flow_run_id=${id}`)
  expect(states.map(({ type, data }) => [type, data])).toEqual([
    ['PENDING', null],
    ['RUNNING', null],
    ['COMPLETED', null],
  ])
  expect((await server.call('GET', `/flow_run_states/${states[1]?.id}`)).body).toEqual(states[1])
  expect((await server.call('GET', `/flow_run_states/${id}`)).body).toEqual({ detail: 'Flow run state not found' })
})

test('a state is proposed to many runs; each answers for itself', async () => {
  const flow = await insertFlow(server.ctx)
  const running = await create({ flow_id: flow, state: { type: 'RUNNING' }, tags: ['many'] })
  const over = await create({ flow_id: flow, state: { type: 'COMPLETED' }, tags: ['many'] })
  const { body } = await server.call<{ results: { flow_run_id: string; status: string }[] }>(
    'POST',
    '/flow_runs/bulk_set_state',
    { flow_runs: { tags: { all_: ['many'] } }, state: { type: 'CANCELLING' } },
  )
  const byRun = Object.fromEntries(body.results.map(({ flow_run_id, status }) => [flow_run_id, status]))
  expect(byRun).toEqual({ [running.id]: 'ACCEPT', [over.id]: 'ABORT' })
})

test('logs are downloaded as CSV, all of them', async () => {
  const { id } = await create({ name: 'a b' })
  const timestamp = '2026-01-02T03:04:05.000006Z'
  const lines = Array.from({ length: 1_001 }, (_, n) => ({
    name: 'n',
    level: 20,
    message: n === 0 ? 'says "hi",\nbye' : `line ${n}`,
    timestamp,
    flow_run_id: id,
  }))
  await server.call('POST', '/logs/', lines)
  const headers = { host: '127.0.0.1:4200' }
  const answer = await server.app.inject({ method: 'GET', url: `/api/flow_runs/${id}/logs/download`, headers })
  expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8')
  expect(answer.headers['content-disposition']).toContain("filename*=UTF-8''a%20b-logs.csv")
  const rows = answer.payload.split('\r\n')
  expect(rows[0]).toBe('timestamp,level,flow_run_id,task_run_id,message')
  expect(rows[1]).toBe(`2026-01-02 03:04:05.000006+00:00,20,${id},,"says ""hi"",\nbye"`)
  expect(rows.slice(2, -1)).toEqual(
    Array.from({ length: 1_000 }, (_, n) => `2026-01-02 03:04:05.000006+00:00,20,${id},,line ${n + 1}`),
  )
  expect((await server.call('GET', `/flow_runs/${server.ctx.ids.uuid()}/logs/download`)).status).toBe(404)
})
