import type { DeploymentResponse, FlowRunResponse, TaskRun } from '@slipway/contract'
import { afterAll, expect, test } from 'vitest'
import { sql } from '../store/sql.ts'
import { insertFlow, insertFlowRun, insertWorkPool } from '../testing/factories.ts'
import { createTestServer, type TestServer } from '../testing/server.ts'
import { createCancellationCleanup } from './cancellation-cleanup.ts'

const server: TestServer = await createTestServer()
const { ctx, clock } = server
const flow_id = await insertFlow(ctx)
const cleanup = createCancellationCleanup()
afterAll(() => server.close())

const pass = async () => {
  while ((await cleanup.runOnce(ctx)) === 'more');
}
const setState = (id: string, type: string) =>
  server.call('POST', `/flow_runs/${id}/set_state`, { state: { type }, force: true })
const readRun = async (id: string) => (await server.call<FlowRunResponse>('GET', `/flow_runs/${id}`)).body
const readTask = async (id: string) => (await server.call<TaskRun>('GET', `/task_runs/${id}`)).body

async function insertTask(flow_run_id: string, type: string): Promise<string> {
  const body = { flow_run_id, task_key: 'work', dynamic_key: ctx.ids.uuid(), name: 'work', state: { type } }
  return (await server.call<TaskRun>('POST', '/task_runs/', body)).body.id
}

async function insertSubflow(parent: string, type: string, deployment_id?: string) {
  const placeholder = await insertTask(parent, 'RUNNING')
  const body = {
    flow_id,
    parent_task_run_id: placeholder,
    state: { type },
    ...(deployment_id === undefined ? {} : { deployment_id }),
  }
  const { id } = (await server.call<FlowRunResponse>('POST', '/flow_runs/', body)).body
  return { placeholder, id }
}

test('what a cancelled run has begun ends with it, however deep; what has ended stays', async () => {
  const deployment = (await server.call<DeploymentResponse>('POST', '/deployments/', { name: 'd', flow_id })).body
  const parent = await insertFlowRun(ctx, { flow_id, state: { type: 'RUNNING' } })
  const other = await insertFlowRun(ctx, { flow_id, state: { type: 'RUNNING' } })
  const [task, done, foreign] = [
    await insertTask(parent, 'RUNNING'),
    await insertTask(parent, 'COMPLETED'),
    await insertTask(other, 'RUNNING'),
  ]
  const child = await insertSubflow(parent, 'RUNNING')
  const grandchild = await insertSubflow(child.id, 'RUNNING')
  const deployed = await insertSubflow(parent, 'RUNNING', deployment.id)
  await pass()
  expect((await readRun(child.id)).state_type).toBe('RUNNING')
  await setState(parent, 'CANCELLED')
  await pass()
  await pass()
  expect((await readTask(task)).state).toMatchObject({
    type: 'CANCELLED',
    message: 'The parent flow run was cancelled.',
  })
  expect((await readTask(child.placeholder)).state_type).toBe('CANCELLED')
  expect((await readTask(done)).state_type).toBe('COMPLETED')
  expect((await readTask(foreign)).state_type).toBe('RUNNING')
  expect((await readRun(child.id)).state).toMatchObject({
    type: 'CANCELLED',
    message: 'The parent flow run was cancelled.',
  })
  expect((await readRun(grandchild.id)).state_type).toBe('CANCELLED')
  // It has a process of its own, which is asked to stop.
  expect((await readRun(deployed.id)).state_type).toBe('CANCELLING')
  clock.advance(299)
  await pass()
  expect((await readRun(deployed.id)).state_type).toBe('CANCELLING')
  clock.advance(2)
  await pass()
  expect((await readRun(deployed.id)).state).toMatchObject({
    type: 'CANCELLED',
    message: 'Flow run cancellation timed out; marked this flow run as Cancelled.',
  })
})

test('a run whose container is in a cloud is left to whoever stops it there', async () => {
  const { pool_id, queue_id } = await insertWorkPool(ctx)
  const [pushed, over] = await Promise.all(
    [1, 2].map(() => insertFlowRun(ctx, { flow_id, queue_id, state: { type: 'CANCELLING' } })),
  )
  const now = clock.now()
  for (const [flow_run_id, state] of [
    [pushed, 'accepted'],
    [over, 'void'],
  ]) {
    await ctx.db.query(sql`
      insert into submission (id, workspace_id, created, updated, flow_run_id, attempt_no, work_pool_id, pool_type, state,
        resource_name, infrastructure_pid, sealed_request, request_sha256, credential_hash)
      values (${ctx.ids.uuid()}, ${ctx.installation.default_workspace_id}, ${now}, ${now}, ${flow_run_id ?? ''}, 1, ${pool_id},
        'recording:push', ${state ?? ''}, 'job', 'pid', '{}', '', ${Buffer.alloc(32)})
    `)
  }
  clock.advance(301)
  await Promise.all([pass(), createCancellationCleanup().runOnce(ctx)])
  expect([(await readRun(pushed ?? '')).state_type, (await readRun(over ?? '')).state_type]).toEqual([
    'CANCELLING',
    'CANCELLED',
  ])
})
