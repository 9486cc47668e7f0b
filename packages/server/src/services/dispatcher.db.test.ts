import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { proposeState } from '../domain/orchestration/proposal.ts'
import { serverCaller } from '../operations/callers.ts'
import { setFlowRunStates } from '../operations/set-flow-run-state.ts'
import { findFlowRun } from '../store/flow-runs.ts'
import { holdServerLock } from '../store/server-lock.ts'
import { sql } from '../store/sql.ts'
import { listSubmissionsOfRun } from '../store/submissions.ts'
import { insertDeployment, insertFlow, insertFlowRun, insertQueue, insertWorkPool } from '../testing/factories.ts'
import { createRecordingProviders } from '../testing/recording-provider.ts'
import { createTestServer, type TestServer } from '../testing/server.ts'
import { createDispatcher } from './dispatcher.ts'

const cloud = createRecordingProviders()
let server: TestServer
let flow_id: string
const alive: { release(): Promise<void> }[] = []

beforeAll(async () => {
  server = await createTestServer({ providers: cloud })
  // Servers 1 to 6 live, as long as their locks are held; any other one is dead.
  for (let id = 1; id <= 6; id += 1) alive.push(await holdServerLock(server.database.url, id, server.ctx.log))
  flow_id = await insertFlow(server.ctx)
})
beforeEach(async () => {
  cloud.sent.length = 0
  cloud.answer = () => null
  await server.ctx.db.query(sql`delete from flow_run`)
  await server.ctx.db.query(sql`delete from submission`)
  await server.ctx.db.query(sql`delete from work_pool`)
})
afterAll(async () => {
  for (const lock of alive) await lock.release()
  await server.close()
})

const sentRuns = () => cloud.sent.map((request) => request.identity.flow_run_id)

async function dispatch(times = 1, server_id = 1): Promise<void> {
  const ctx = { ...server.ctx, server_id }
  const dispatcher = createDispatcher(() => {})
  for (let pass = 0; pass < times; pass += 1) {
    while ((await dispatcher.runOnce(ctx)) === 'more');
    await dispatcher.drain()
  }
}

async function stateOf(id: string) {
  const row = await findFlowRun(server.ctx.db, server.ctx.installation.default_workspace_id, id)
  return {
    type: row?.state_type,
    name: row?.state_name,
    message: (row?.state as { message?: string } | null)?.message ?? '',
    pid: row?.infrastructure_pid,
  }
}

async function attemptsOf(id: string) {
  return await listSubmissionsOfRun(server.ctx.db, server.ctx.installation.default_workspace_id, id)
}

test('a due run is claimed, sent once, and shows what identifies its infrastructure', async () => {
  const { queue_id } = await insertWorkPool(server.ctx)
  const id = await insertFlowRun(server.ctx, { flow_id, queue_id })
  await dispatch(2)
  expect(sentRuns()).toEqual([id])
  expect(await stateOf(id)).toMatchObject({
    type: 'PENDING',
    name: 'InfrastructurePending',
    pid: cloud.sent[0]?.resource_name,
  })
  expect(await attemptsOf(id)).toMatchObject([{ state: 'accepted', attempt_no: 1 }])
})

test('a run that is not due yet waits', async () => {
  const { queue_id } = await insertWorkPool(server.ctx)
  await insertFlowRun(server.ctx, { flow_id, queue_id, due: 60 })
  await dispatch()
  expect(sentRuns()).toEqual([])
})

test('the container gets the address, its run, and a credential that is stored only as a hash', async () => {
  const { queue_id } = await insertWorkPool(server.ctx)
  const id = await insertFlowRun(server.ctx, { flow_id, queue_id })
  await dispatch()
  const env = cloud.sent[0]?.body['env'] as Record<string, string>
  expect(env).toMatchObject({ PREFECT_API_URL: 'http://127.0.0.1:4200/api', PREFECT__FLOW_RUN_ID: id })
  const auth = env['PREFECT_API_AUTH_STRING'] ?? ''
  expect(auth).toMatch(new RegExp(`^run-${id}:[\\w-]{43}$`))
  const [attempt] = await attemptsOf(id)
  expect(JSON.stringify(attempt)).not.toContain(auth.split(':')[1])
})

test('paused pools and queues send nothing', async () => {
  const { queue_id } = await insertWorkPool(server.ctx, { is_paused: true })
  await insertFlowRun(server.ctx, { flow_id, queue_id })
  await dispatch()
  expect(sentRuns()).toEqual([])
})

test('queues are served in the order of their priority', async () => {
  const { pool_id, queue_id } = await insertWorkPool(server.ctx, { priority: 5, concurrency_limit: 1 })
  const urgent = await insertQueue(server.ctx, pool_id, 1)
  await insertFlowRun(server.ctx, { flow_id, queue_id, due: -100 })
  const first = await insertFlowRun(server.ctx, { flow_id, queue_id: urgent, due: -1 })
  await dispatch()
  expect(sentRuns()).toEqual([first])
})

test('limits of pool and queue are never exceeded, by several servers at once', async () => {
  const { queue_id } = await insertWorkPool(server.ctx, { concurrency_limit: 3 })
  for (let count = 0; count < 12; count += 1) await insertFlowRun(server.ctx, { flow_id, queue_id })
  await Promise.all(Array.from({ length: 6 }, (_, index) => dispatch(1, index + 1)))
  expect(sentRuns()).toHaveLength(3)
  const limited = await insertWorkPool(server.ctx, { queue_limit: 2 })
  cloud.sent.length = 0
  for (let count = 0; count < 6; count += 1) await insertFlowRun(server.ctx, { flow_id, queue_id: limited.queue_id })
  await Promise.all(Array.from({ length: 4 }, (_, index) => dispatch(1, index + 1)))
  expect(sentRuns()).toHaveLength(2)
})

test('several servers share many runs without sending one twice', async () => {
  const { queue_id } = await insertWorkPool(server.ctx)
  const ids = new Set<string>()
  for (let count = 0; count < 60; count += 1) ids.add(await insertFlowRun(server.ctx, { flow_id, queue_id }))
  await Promise.all(Array.from({ length: 5 }, (_, index) => dispatch(1, index + 1)))
  expect(sentRuns().toSorted()).toEqual([...ids].sort())
})

test("a deployment's limit puts the others off, and a slot that frees lets the next one go", async () => {
  const { queue_id } = await insertWorkPool(server.ctx)
  const deployment_id = await insertDeployment(server.ctx, { flow_id, queue_id, concurrency_limit: 1 })
  const ids = [
    await insertFlowRun(server.ctx, { flow_id, queue_id, deployment_id, due: -2 }),
    await insertFlowRun(server.ctx, { flow_id, queue_id, deployment_id }),
  ]
  await dispatch()
  expect(sentRuns()).toEqual([ids[0]])
  expect(await stateOf(ids[1] ?? '')).toMatchObject({ type: 'SCHEDULED', name: 'AwaitingConcurrencySlot' })
  await dispatch(2)
  expect(sentRuns()).toHaveLength(1)
  await setFlowRunStates(server.ctx, [
    {
      workspace_id: server.ctx.installation.default_workspace_id,
      flow_run_id: ids[0] ?? '',
      proposed: proposeState({ type: 'COMPLETED' }, server.clock.now()),
      force: false,
      caller: serverCaller,
    },
  ])
  await dispatch()
  expect(sentRuns()).toEqual(ids)
})

test('a refusal crashes the run and says what to change', async () => {
  const { queue_id } = await insertWorkPool(server.ctx)
  const id = await insertFlowRun(server.ctx, { flow_id, queue_id })
  cloud.answer = () => ({
    kind: 'refused',
    fault: { class: 'auth', code: 'x.denied', message: 'Grant the role run.developer.' },
  })
  await dispatch(2)
  expect(await stateOf(id)).toMatchObject({
    type: 'CRASHED',
    message: 'Failed to submit flow run to infrastructure: Grant the role run.developer.',
  })
  expect(sentRuns()).toHaveLength(1)
})

test('a throttled run waits with the reason, and is sent again when its time has come', async () => {
  const { queue_id } = await insertWorkPool(server.ctx)
  const id = await insertFlowRun(server.ctx, { flow_id, queue_id })
  cloud.answer = () => ({
    kind: 'retry',
    fault: { class: 'throttled', code: 'x.quota', message: 'Waiting: quota reached.', retry_after_seconds: 30 },
  })
  await dispatch(2)
  expect(sentRuns()).toHaveLength(1)
  expect(await stateOf(id)).toMatchObject({ type: 'PENDING', name: 'Submitting', message: 'Waiting: quota reached.' })
  cloud.answer = () => null
  cloud.sent.length = 0
  server.clock.advance(31)
  await dispatch(2)
  expect(sentRuns()).toEqual([id])
  expect(await stateOf(id)).toMatchObject({ type: 'PENDING', name: 'InfrastructurePending' })
})

test('an unknown outcome is looked up before anything is sent again', async () => {
  const { queue_id } = await insertWorkPool(server.ctx)
  const id = await insertFlowRun(server.ctx, { flow_id, queue_id })
  cloud.answer = () => ({ kind: 'unknown', fault: { class: 'retry', code: 'x.lost', message: 'No answer.' } })
  await dispatch()
  server.clock.advance(120)
  await dispatch(2)
  expect(sentRuns()).toHaveLength(1)
  expect(await attemptsOf(id)).toMatchObject([{ state: 'accepted' }])
})

test('what a dead server had claimed is taken over and sent', async () => {
  const { queue_id } = await insertWorkPool(server.ctx)
  const id = await insertFlowRun(server.ctx, { flow_id, queue_id })
  const stopped = new Error('stop here')
  const dying = {
    ...server.ctx,
    server_id: 99,
    probe: (name: string) => (name === 'submission.before-sent' ? Promise.reject(stopped) : undefined),
  }
  const dispatcher = createDispatcher(() => {})
  await dispatcher.runOnce(dying)
  await dispatcher.drain()
  expect(sentRuns()).toEqual([])
  await dispatch(2)
  expect(sentRuns()).toEqual([id])
})

test('a template that cannot be rendered crashes the run with the reason', async () => {
  const { queue_id } = await insertWorkPool(server.ctx, {
    base_job_template: { job_configuration: { refuse: 'yes' }, variables: {} },
  })
  const id = await insertFlowRun(server.ctx, { flow_id, queue_id })
  await dispatch()
  expect(await stateOf(id)).toMatchObject({
    type: 'CRASHED',
    message: 'Flow run could not be submitted to infrastructure: The template says so.',
  })
})

test('a run whose deployment is gone is cancelled', async () => {
  const { queue_id } = await insertWorkPool(server.ctx)
  const id = await insertFlowRun(server.ctx, { flow_id, queue_id, deployment_id: server.ctx.ids.uuid() })
  await dispatch()
  expect(await stateOf(id)).toMatchObject({ type: 'CANCELLED' })
})

test('while containers could not reach the server, runs wait and say why', async () => {
  const { queue_id } = await insertWorkPool(server.ctx)
  const id = await insertFlowRun(server.ctx, { flow_id, queue_id })
  const ctx = { ...server.ctx, apiUrlFor: () => ({ waiting: 'Set SLIPWAY_PUBLIC_API_URL.' }) }
  const dispatcher = createDispatcher(() => {})
  await dispatcher.runOnce(ctx)
  await dispatcher.drain()
  expect(await stateOf(id)).toMatchObject({
    type: 'SCHEDULED',
    name: 'AwaitingConfiguration',
    message: 'Set SLIPWAY_PUBLIC_API_URL.',
  })
})
