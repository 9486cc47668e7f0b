import type { DeploymentResponse, FlowRunResponse } from '@slipway/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { planScheduledRuns } from '../../operations/plan-scheduled-runs.ts'
import { sql } from '../../store/sql.ts'
import { createTestServer, type TestServer } from '../../testing/server.ts'

let server: TestServer
let flow_id: string
beforeAll(async () => {
  server = await createTestServer()
  flow_id = (await server.call<{ id: string }>('POST', '/flows/', { name: 'etl' })).body.id
})
afterAll(() => server.close())

const create = (name: string, rest: object = {}) =>
  server.call<DeploymentResponse>('POST', '/deployments/', { name, flow_id, ...rest })
const read = async (id: string) => (await server.call<DeploymentResponse>('GET', `/deployments/${id}`)).body
const createRun = (id: string, body: object = {}) =>
  server.call<FlowRunResponse & { detail: string }>('POST', `/deployments/${id}/create_flow_run`, body)
const runsOf = async (id: string) => {
  const filter = { flow_runs: { deployment_id: { any_: [id] } }, sort: 'EXPECTED_START_TIME_ASC' }
  return (await server.call<FlowRunResponse[]>('POST', '/flow_runs/filter', filter)).body
}
const eventsOf = async (id: string) =>
  (
    await server.database.db.query<{ event: string }>(
      sql`select event from event where resource_id = ${`prefect.deployment.${id}`} order by seq`,
    )
  ).map(({ event }) => event.replace('prefect.deployment.', ''))

test('a deployment is created, replaced by the same name, found by name, and deleted', async () => {
  const { status, body } = await create('one', { tags: ['a'], parameters: { x: 1.0 }, version: '1' })
  expect(status).toBe(201)
  const again = await create('one', { version: '2', parameters: { y: 1 } })
  expect(again.status).toBe(200)
  expect(again.body).toMatchObject({ id: body.id, tags: ['a'], version: '2', parameters: { y: 1 } })
  expect((await server.call('GET', '/deployments/name/etl/one')).body).toMatchObject({ id: body.id })
  expect((await server.call('GET', '/deployments/name/other/one')).status).toBe(404)
  expect((await server.call('DELETE', `/deployments/${body.id}`)).status).toBe(204)
  expect((await server.call('DELETE', `/deployments/${body.id}`)).status).toBe(404)
  expect(await eventsOf(body.id)).toEqual(['created', 'updated', 'deleted'])
})

test('a deployment of a flow that does not exist is a conflict', async () => {
  const answer = await create('nowhere', { flow_id: '00000000-0000-4000-8000-000000000000' })
  expect(answer.status).toBe(409)
})

test('ten clients that create one deployment at once get the same one', async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, () => create('crowded', { schedules: [] })))
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
})

test('a queue that is missing is made, a pool that is missing is not', async () => {
  await server.call('POST', '/work_pools/', { name: 'pool', type: 'cloud-run:push' })
  const made = await create('queued', { work_pool_name: 'pool', work_queue_name: 'fast' })
  expect(made.body).toMatchObject({ work_queue_name: 'fast', work_pool_name: 'pool', status: 'READY' })
  const moved = await server.call('PATCH', `/deployments/${made.body.id}`, { work_pool_name: 'pool' })
  expect(moved.status).toBe(204)
  expect(await read(made.body.id)).toMatchObject({ work_queue_name: 'default' })
  await server.call('PATCH', `/deployments/${made.body.id}`, { work_pool_name: null })
  expect(await read(made.body.id)).toMatchObject({ work_queue_id: null, work_pool_name: null })
  expect(await create('nopool', { work_pool_name: 'nope' })).toMatchObject({
    status: 404,
    body: { detail: 'Work pool "nope" not found.' },
  })
  expect((await server.call('PATCH', `/deployments/${made.body.id}`, { work_pool_name: 'nope' })).status).toBe(404)
})

test('a limit is a row of its own that comes and goes with the deployment', async () => {
  const { body } = await create('limited', { concurrency_limit: 2 })
  expect(body.concurrency_limit).toBeNull()
  expect(body.global_concurrency_limit).toMatchObject({ name: `deployment:${body.id}`, limit: 2, active_slots: 0 })
  const options = { collision_strategy: 'CANCEL_NEW' }
  await server.call('PATCH', `/deployments/${body.id}`, { concurrency_limit: 3, concurrency_options: options })
  expect(await read(body.id)).toMatchObject({
    global_concurrency_limit: { id: body.global_concurrency_limit?.id, limit: 3 },
    concurrency_options: { ...options, grace_period_seconds: null },
  })
  await server.call('DELETE', `/deployments/${body.id}`)
  const rows = await server.database.db.query(sql`select id from concurrency_limit where name like 'deployment:%'`)
  expect(rows).toEqual([])
})

test('a run takes over what the deployment says, and its own words count more', async () => {
  const { body } = await create('runs', {
    tags: ['a'],
    parameters: { x: 1, y: 2 },
    version: '7',
    labels: { team: 'q' },
  })
  const run = await createRun(body.id, { tags: ['b'], parameters: { y: 3 }, job_variables: { image: 'i' } })
  expect(run.status).toBe(201)
  expect(run.body).toMatchObject({
    state_name: 'Scheduled',
    tags: ['a', 'b'],
    parameters: { x: 1, y: 3 },
    deployment_version: '7',
    job_variables: { image: 'i' },
    labels: { team: 'q', 'prefect.flow.id': flow_id, 'prefect.deployment.id': body.id },
  })
  const first = await createRun(body.id, { idempotency_key: 'once' })
  const second = await createRun(body.id, { idempotency_key: 'once', name: 'other' })
  expect([first.status, second.status]).toEqual([201, 200])
  expect(second.body.id).toBe(first.body.id)
})

test('parameters and job variables are checked against their schemas', async () => {
  const template = {
    job_configuration: { image: '{{ image }}' },
    variables: { type: 'object', properties: { image: { type: 'string' } }, required: ['image'] },
  }
  await server.call('POST', '/work_pools/', { name: 'checked', type: 'process', base_job_template: template })
  const schema = { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] }
  const { body } = await create('checked', { work_pool_name: 'checked', parameter_openapi_schema: schema })
  expect(await createRun(body.id, { parameters: { a: 'x' }, job_variables: { image: 'i' } })).toMatchObject({
    status: 409,
    body: { detail: expect.stringContaining("'x' is not of type 'integer'") },
  })
  expect(await createRun(body.id, { parameters: { a: 1 } })).toMatchObject({
    status: 422,
    body: { detail: expect.stringContaining("'image' is a required property") },
  })
  const orders = [{ parameters: { a: 1 }, job_variables: { image: 'i' } }, { parameters: {} }]
  const bulk = await server.call('POST', `/deployments/${body.id}/create_flow_run/bulk`, orders)
  expect(bulk.body).toMatchObject({
    results: [
      { status: 'CREATED', error: null },
      { status: 'FAILED', flow_run_id: null, error: expect.stringContaining('Parameter validation failed') },
    ],
  })
})

test('a PATCH deletes what schedules planned, and the scheduler plans it anew from the new values', async () => {
  const schedules = [{ schedule: { interval: 3_600 } }]
  const { body } = await create('planned', { schedules, tags: ['old'] })
  await planScheduledRuns(server.ctx, 100)
  const planned = await runsOf(body.id)
  expect(planned).toHaveLength(3)
  expect(planned[0]).toMatchObject({ auto_scheduled: true, tags: ['auto-scheduled', 'old'] })
  const own = await createRun(body.id, { name: 'mine' })
  await server.call('PATCH', `/deployments/${body.id}`, { tags: ['new'] })
  expect((await runsOf(body.id)).map((run) => run.id)).toEqual([own.body.id])
  await planScheduledRuns(server.ctx, 100)
  expect((await runsOf(body.id)).map((run) => run.tags)).toContainEqual(['auto-scheduled', 'new'])
  await server.call('POST', `/deployments/${body.id}/pause_deployment`)
  await planScheduledRuns(server.ctx, 100)
  expect((await runsOf(body.id)).map((run) => run.id)).toEqual([own.body.id])
  await server.call('POST', `/deployments/${body.id}/resume_deployment`)
  await planScheduledRuns(server.ctx, 100)
  expect(await runsOf(body.id)).toHaveLength(4)
  await server.call('DELETE', `/deployments/${body.id}`)
  expect(await runsOf(body.id)).toEqual([])
  const states = await server.database.db.query(sql`
    select s.id from flow_run_state s left join flow_run r on r.id = s.flow_run_id where r.id is null`)
  expect(states).toEqual([])
})

test('finished runs outlive their deployment', async () => {
  const { body } = await create('outlived')
  const { body: run } = await createRun(body.id)
  await server.call('POST', `/flow_runs/${run.id}/set_state`, { state: { type: 'RUNNING' } })
  await server.call('DELETE', `/deployments/${body.id}`)
  const left = await server.call('GET', `/flow_runs/${run.id}`)
  expect(left.body).toMatchObject({ id: run.id, deployment_id: body.id })
})

test('schedules are added, changed and deleted one by one', async () => {
  const { body } = await create('schedules')
  const path = `/deployments/${body.id}/schedules`
  const given = [{ schedule: { cron: '0 0 * * *' }, slug: 'daily', max_scheduled_runs: 2 }]
  const added = await server.call<{ id: string }[]>('POST', path, given)
  expect(added).toMatchObject({ status: 201, body: [{ slug: 'daily', max_scheduled_runs: 2, active: true }] })
  expect((await server.call('POST', path, given)).status).toBe(409)
  await planScheduledRuns(server.ctx, 100)
  expect(await runsOf(body.id)).toHaveLength(2)
  await server.call('PATCH', `${path}/${added.body[0]?.id}`, { active: false })
  expect(await runsOf(body.id)).toEqual([])
  expect((await server.call('DELETE', `${path}/${added.body[0]?.id}`)).status).toBe(204)
  expect((await server.call('DELETE', `${path}/${added.body[0]?.id}`)).body).toEqual({ detail: 'Schedule not found.' })
  expect((await server.call('GET', path)).body).toEqual([])
})
