import type { Automation, DeploymentResponse, EventTrigger, FlowRunResponse, ReceivedEvent } from '@slipway/contract'
import { afterAll, beforeEach, expect, test } from 'vitest'
import type { Database, Transaction } from '../store/database.ts'
import { insertFlow, insertFlowRun, insertWorkPool } from '../testing/factories.ts'
import { createTestServer, type TestServer } from '../testing/server.ts'
import { sql } from '../store/sql.ts'
import { createAutomationRunner } from './automation-runner.ts'
import type { Service } from './service.ts'

const server: TestServer = await createTestServer()
const { ctx, clock } = server
const runner = createAutomationRunner(() => {})
afterAll(() => server.close())
beforeEach(async () => {
  await drain()
  for (const { id } of (await server.call<Automation[]>('POST', '/automations/filter', {})).body) {
    await server.call('DELETE', `/automations/${id}`)
  }
  await drain()
})

async function drain(service: Service = runner): Promise<void> {
  // A pass that performs an action appends events that the next one evaluates.
  for (let pass = 0; pass < 4; pass += 1) while ((await service.runOnce(ctx)) === 'more');
}

const trigger = (change: Partial<EventTrigger> = {}) => ({
  type: 'event',
  expect: ['harbour.ship.arrived'],
  posture: 'Reactive',
  threshold: 1,
  within: 0,
  ...change,
})

async function automate(given: {
  trigger?: object
  actions: object[]
  actions_on_trigger?: object[]
}): Promise<Automation> {
  const body = { name: `automation ${ctx.ids.uuid()}`, trigger: trigger(), ...given }
  const created = await server.call<Automation>('POST', '/automations/', body)
  expect(created.status).toBe(201)
  return created.body
}

async function emit(event = 'harbour.ship.arrived', change: Partial<ReceivedEvent> = {}): Promise<string> {
  const id = ctx.ids.uuid7()
  const occurred = ctx.clock.now()
  const resource = { 'prefect.resource.id': 'harbour.ship.1', 'prefect.resource.name': 'Ada' }
  const body = [{ id, event, occurred, resource, related: [], payload: {}, follows: null, ...change }]
  expect((await server.call('POST', '/events', body)).status).toBe(204)
  return id
}

async function events(prefix: string): Promise<readonly ReceivedEvent[]> {
  return await ctx.db.query<ReceivedEvent>(sql`
    select id, occurred, received, event, resource, related, payload, follows
    from event
    where event like ${`${prefix}%`}
    order by seq
    limit 1000
  `)
}

const about = (list: readonly ReceivedEvent[], automation: Automation) =>
  list.filter(({ resource }) => resource['prefect.resource.id'] === `prefect.automation.${automation.id}`)
const told = async (automation: Automation) =>
  about(await events('prefect.automation.'), automation).map(({ event }) => event.replace('prefect.automation.', ''))
const outcome = async (automation: Automation) =>
  about(await events('prefect.automation.action.'), automation).find(({ event }) => /executed|failed/.test(event))

async function deployment(change: object = {}): Promise<DeploymentResponse> {
  const flow_id = await insertFlow(ctx)
  const body = { name: `d-${ctx.ids.uuid()}`, flow_id, enforce_parameter_schema: false, ...change }
  return (await server.call<DeploymentResponse>('POST', '/deployments/', body)).body
}
const runsOf = async ({ id }: DeploymentResponse) =>
  (await server.call<FlowRunResponse[]>('POST', '/flow_runs/filter', { deployments: { id: { any_: [id] } } })).body
const readRun = async (id: string) => (await server.call<FlowRunResponse>('GET', `/flow_runs/${id}`)).body

test('a deployment is run with parameters that its event fills in, and the stream tells all of it', async () => {
  const target = await deployment({ parameters: { kept: 1 } })
  const parameters = {
    ship: '{{ event.resource.name }}',
    count: '{{ event.payload.count }}',
    text: 'n={{ event.payload.count }}',
  }
  const action = { type: 'run-deployment', source: 'selected', deployment_id: target.id, parameters }
  const automation = await automate({ actions: [action, { type: 'do-nothing' }] })
  await emit('harbour.ship.left')
  const event_id = await emit(undefined, { payload: { count: 3 } })
  await drain()
  const [run, ...others] = await runsOf(target)
  expect(others).toEqual([])
  expect(run).toMatchObject({
    state_type: 'SCHEDULED',
    parameters: { kept: 1, ship: 'Ada', count: 3, text: 'n=3' },
    created_by: { id: automation.id, type: 'AUTOMATION', display_value: automation.name },
  })
  expect(run?.idempotency_key).toMatch(new RegExp(`^automation ${automation.id}, action 0, invocation [0-9a-f-]{36}$`))
  const [triggered, begun, executed] = about(await events('prefect.automation.'), automation).slice(1)
  expect(triggered).toMatchObject({
    event: 'prefect.automation.triggered',
    resource: { 'prefect.resource.name': automation.name, 'prefect.posture': 'Reactive' },
    related: [{ 'prefect.resource.id': `prefect.event.${event_id}`, 'prefect.resource.role': 'triggering-event' }],
    payload: { triggering_labels: {}, triggering_event: { id: event_id, payload: { count: 3 } } },
  })
  expect(begun).toMatchObject({
    event: 'prefect.automation.action.triggered',
    follows: event_id,
    payload: { action_index: 0, action_type: 'run-deployment' },
  })
  expect(executed).toMatchObject({
    event: 'prefect.automation.action.executed',
    follows: begun?.id,
    payload: { action_index: 0, status_code: 201, invocation: begun?.payload['invocation'] },
    related: [
      { 'prefect.resource.id': `prefect.deployment.${target.id}`, 'prefect.resource.role': 'target' },
      { 'prefect.resource.id': `prefect.flow-run.${run?.id}`, 'prefect.resource.role': 'flow-run' },
      {
        'prefect.resource.id': `prefect.event.${triggered?.id}`,
        'prefect.resource.role': 'automation-triggered-event',
      },
      { 'prefect.resource.id': `prefect.event.${event_id}` },
    ],
  })
  expect(await told(automation)).toEqual([
    'created',
    'triggered',
    'action.triggered',
    'action.executed',
    'action.triggered',
    'action.executed',
  ])
})

test('every event fires once, however many servers evaluate', async () => {
  const target = await deployment()
  const action = { type: 'run-deployment', source: 'selected', deployment_id: target.id, schedule_after: 60 }
  const automation = await automate({ actions: [action], trigger: trigger({ threshold: 3 }) })
  const others = [1, 2, 3].map(() => createAutomationRunner(() => {}))
  await Promise.all([...Array(30)].map(() => emit()))
  await Promise.all([runner, ...others].flatMap((each) => [drain(each), drain(each)]))
  await drain()
  expect(await runsOf(target)).toHaveLength(10)
  expect((await told(automation)).filter((name) => name === 'triggered')).toHaveLength(10)
})

test('whatever statement fails, a firing acts once and is told once', async () => {
  const target = await deployment()
  const action = { type: 'run-deployment', source: 'selected', deployment_id: target.id }
  const automation = await automate({ actions: [action] })
  const event_id = await emit()
  // The n-th statement of a pass fails, for every n, until a pass needs fewer.
  let isThrough = false
  for (let n = 1; !isThrough; n += 1) {
    let left = n
    const failing: Transaction['query'] = () => Promise.reject(new Error('The connection is gone'))
    const transaction: Database['transaction'] = (work) =>
      ctx.db.transaction((tx) =>
        work({
          isTransaction: true,
          query: (statement) => ((left -= 1) <= 0 ? failing(statement) : tx.query(statement)),
        }),
      )
    const pass = createAutomationRunner(() => {}).runOnce({ ...ctx, db: { ...ctx.db, transaction } })
    const [outcome] = await Promise.allSettled([pass])
    const reason: unknown = outcome?.status === 'rejected' ? outcome.reason : null
    expect(reason instanceof Error ? reason.message : 'none').toMatch(/^(none|The connection is gone)$/)
    isThrough = left > 0 && (await runsOf(target)).length === 1
    // An action that failed is tried again later.
    clock.advance(120)
    expect(n).toBeLessThan(200)
  }
  await drain()
  expect(await runsOf(target)).toHaveLength(1)
  const fired = about(await events('prefect.automation.triggered'), automation)
  expect(fired.map(({ payload }) => payload['triggering_event'])).toMatchObject([{ id: event_id }])
  expect((await told(automation)).filter((name) => name.startsWith('action.'))).toEqual([
    'action.triggered',
    'action.executed',
  ])
})

test('what is not there or not allowed fails with a reason', async () => {
  const missing = '00000000-0000-4000-8000-00000000dead'
  const cases: readonly (readonly [object, string])[] = [
    [{ type: 'pause-deployment', source: 'selected', deployment_id: missing }, '404'],
    [{ type: 'pause-work-pool', source: 'selected', work_pool_id: missing }, `Work pool ${missing} not found`],
    [{ type: 'resume-work-queue', source: 'selected', work_queue_id: missing }, '404'],
    [{ type: 'pause-automation', source: 'selected', automation_id: missing }, '404'],
    [{ type: 'run-deployment', source: 'inferred' }, 'No deployment could be inferred'],
    [{ type: 'cancel-flow-run' }, 'No flow run could be inferred'],
  ]
  const automations = await Promise.all(cases.map(([action]) => automate({ actions: [action] })))
  await emit()
  await drain()
  for (const [index, automation] of automations.entries()) {
    const failed = await outcome(automation)
    expect(failed?.event).toBe('prefect.automation.action.failed')
    expect(failed?.payload['reason']).toContain(cases[index]?.[1])
  }
})

test('an action that fails takes back what it began, and the others go on', async () => {
  const target = await deployment({
    enforce_parameter_schema: true,
    parameter_openapi_schema: { type: 'object', properties: { n: { type: 'integer' } } },
  })
  const run = { type: 'run-deployment', source: 'selected', deployment_id: target.id, parameters: { n: 'no number' } }
  const broken = { ...run, parameters: { n: '{{ event.payload.a | int / 0 ~ }}' } }
  const fine = { type: 'pause-deployment', source: 'selected', deployment_id: target.id }
  const automation = await automate({ actions: [run, fine] })
  expect(
    (await server.call('POST', '/automations/', { name: 'x', trigger: trigger(), actions: [broken] })).status,
  ).toBe(422)
  await emit()
  await drain()
  const outcomes = about(await events('prefect.automation.action.'), automation)
  const failed = outcomes.find(({ event }) => event.endsWith('failed'))
  expect(failed?.payload).toMatchObject({ action_index: 0, status_code: 409 })
  expect(outcomes.at(-1)?.event).toBe('prefect.automation.action.executed')
  expect((await server.call<DeploymentResponse>('GET', `/deployments/${target.id}`)).body.paused).toBe(true)
})

test('things are paused and go on, chosen or inferred', async () => {
  const { pool_id, queue_id } = await insertWorkPool(ctx, { type: 'process' })
  const target = await deployment()
  const other = await automate({ actions: [{ type: 'do-nothing' }], trigger: trigger({ expect: ['never'] }) })
  const chosen = [
    { type: 'pause-deployment', source: 'selected', deployment_id: target.id },
    { type: 'pause-work-pool', source: 'selected', work_pool_id: pool_id },
    { type: 'pause-work-queue', source: 'selected', work_queue_id: queue_id },
    { type: 'pause-automation', source: 'selected', automation_id: other.id },
  ]
  await automate({ actions: chosen })
  await automate({
    trigger: trigger({ expect: ['harbour.opened'] }),
    actions: [
      { type: 'resume-deployment', source: 'inferred' },
      { type: 'resume-work-pool', source: 'inferred' },
      { type: 'resume-work-queue', source: 'inferred' },
      { type: 'resume-automation', source: 'inferred' },
    ],
  })
  const state = async () => {
    const [pools, queue, found, automation] = await Promise.all([
      server.call<{ id: string; is_paused: boolean }[]>('POST', '/work_pools/filter', {}),
      server.call<{ is_paused: boolean }>('GET', `/work_queues/${queue_id}`),
      server.call<DeploymentResponse>('GET', `/deployments/${target.id}`),
      server.call<Automation>('GET', `/automations/${other.id}`),
    ])
    const pool = pools.body.find(({ id }) => id === pool_id)
    return [pool?.is_paused, queue.body.is_paused, found.body.paused, !automation.body.enabled]
  }
  await emit()
  await drain()
  expect(await state()).toEqual([true, true, true, true])
  const related = (
    [
      ['deployment', target.id],
      ['work-pool', pool_id],
      ['work-queue', queue_id],
      ['automation', other.id],
    ] as const
  ).map(([kind, id]) => ({ 'prefect.resource.id': `prefect.${kind}.${id}`, 'prefect.resource.role': kind }))
  await emit('harbour.opened', { related })
  await drain()
  expect(await state()).toEqual([false, false, false, false])
})

test('a run is cancelled, suspended, resumed, changed and deleted', async () => {
  const flow_id = await insertFlow(ctx)
  const on = (name: string, action: object) =>
    automate({
      actions: [action],
      trigger: trigger({ expect: [name], match: { 'prefect.resource.id': 'prefect.flow-run.*' } }),
    })
  await on('a.suspend', { type: 'suspend-flow-run' })
  await on('a.resume', { type: 'resume-flow-run' })
  const change = await on('a.change', {
    type: 'change-flow-run-state',
    state: 'COMPLETED',
    name: 'Done',
    message: 'by hand',
  })
  const forced = await on('a.force', { type: 'change-flow-run-state', state: 'FAILED', force: true })
  const cancel = await on('a.cancel', { type: 'cancel-flow-run' })
  await on('a.delete', { type: 'delete-flow-run' })
  const target = await deployment()
  const run = await insertFlowRun(ctx, { flow_id, deployment_id: target.id, state: { type: 'RUNNING' } })
  const tell = async (event: string) => {
    await emit(event, { resource: { 'prefect.resource.id': `prefect.flow-run.${run}` } })
    await drain()
    return await server.call<FlowRunResponse>('GET', `/flow_runs/${run}`)
  }
  expect((await tell('a.suspend')).body.state).toMatchObject({
    type: 'PAUSED',
    name: 'Suspended',
    state_details: { pause_reschedule: true },
  })
  expect((await tell('a.resume')).body).toMatchObject({ state_type: 'SCHEDULED', state_name: 'Resuming' })
  expect((await tell('a.change')).body.state).toMatchObject({ type: 'COMPLETED', name: 'Done', message: 'by hand' })
  expect(await told(change)).toContain('action.executed')
  expect((await tell('a.cancel')).body.state_type).toBe('COMPLETED')
  expect((await outcome(cancel))?.payload['reason']).toContain('Failed to set state: ')
  expect((await tell('a.force')).body.state).toMatchObject({
    type: 'FAILED',
    message: `State changed by Automation ${forced.id}`,
  })
  expect((await tell('a.delete')).status).toBe(404)
})

test('actions on the firing see the event that tells of it', async () => {
  const target = await deployment()
  const action = {
    type: 'run-deployment',
    source: 'selected',
    deployment_id: target.id,
    parameters: { by: '{{ event.event }}' },
  }
  await automate({ actions: [], actions_on_trigger: [action] })
  await emit()
  await drain()
  expect((await runsOf(target)).map(({ parameters }) => parameters)).toEqual([{ by: 'prefect.automation.triggered' }])
})

test('silence after heartbeats crashes the run, a heartbeat in time does not', async () => {
  const flow_id = await insertFlow(ctx)
  const heartbeat = trigger({
    match: { 'prefect.resource.id': 'prefect.flow-run.*' },
    after: ['x.heartbeat'],
    expect: ['x.heartbeat', 'x.ended'],
    for_each: ['prefect.resource.id'],
    posture: 'Proactive',
    within: 90,
  })
  await automate({
    trigger: heartbeat,
    actions: [{ type: 'change-flow-run-state', state: 'CRASHED', message: 'silence' }],
  })
  const [alive, silent, ended] = await Promise.all(
    [1, 2, 3].map(() => insertFlowRun(ctx, { flow_id, state: { type: 'RUNNING' } })),
  )
  const beat = (id: string | undefined, event = 'x.heartbeat') =>
    emit(event, { resource: { 'prefect.resource.id': `prefect.flow-run.${id}` } })
  await Promise.all([beat(alive), beat(silent), beat(ended)])
  await drain()
  clock.advance(60)
  await beat(alive)
  await beat(ended, 'x.ended')
  await drain()
  clock.advance(40)
  await drain()
  const states = await Promise.all([alive, silent, ended].map(async (id) => (await readRun(id ?? '')).state_type))
  expect(states).toEqual(['RUNNING', 'CRASHED', 'RUNNING'])
})

test('what never happens fires once a period, from when the automation was made', async () => {
  const automation = await automate({
    trigger: trigger({ posture: 'Proactive', within: 60, expect: ['never.ever'] }),
    actions: [{ type: 'do-nothing' }],
  })
  const fired = async () => (await told(automation)).filter((name) => name === 'triggered').length
  clock.advance(3)
  await drain()
  clock.advance(30)
  await drain()
  expect(await fired()).toBe(0)
  clock.advance(33)
  await drain()
  expect(await fired()).toBe(1)
  clock.advance(30)
  await drain()
  expect(await fired()).toBe(1)
  clock.advance(33)
  await drain()
  expect(await fired()).toBe(2)
  await server.call('PATCH', `/automations/${automation.id}`, { enabled: false })
  clock.advance(300)
  await drain()
  expect(await fired()).toBe(2)
})

test('a sequence remembers across passes what has fired within it', async () => {
  const inner = ['a', 'b', 'c'].map((name) => trigger({ expect: [`step.${name}`] }))
  const automation = await automate({
    trigger: { type: 'sequence', within: 600, triggers: inner },
    actions: [{ type: 'do-nothing' }],
  })
  for (const name of ['step.a', 'step.b', 'step.c']) {
    await emit(name)
    await drain()
  }
  expect(await told(automation)).toEqual(['created', 'triggered', 'action.triggered', 'action.executed'])
  await emit('step.c')
  await drain()
  expect((await told(automation)).filter((name) => name === 'triggered')).toHaveLength(1)
})

test('an automation does not hear itself, nor what was before it, nor anything while it is disabled', async () => {
  await emit()
  await drain()
  const all = await automate({ trigger: trigger({ expect: [] }), actions: [{ type: 'do-nothing' }] })
  await drain()
  const counted = async () => (await told(all)).filter((name) => name === 'triggered').length
  expect(await counted()).toBe(0)
  await emit()
  await drain()
  expect(await counted()).toBe(1)
  await server.call('PATCH', `/automations/${all.id}`, { enabled: false })
  await emit()
  await drain()
  expect(await counted()).toBe(1)
})

test('a database that was restored into another cluster goes on from now', async () => {
  // Transactions are counted anew there.
  await ctx.db.query(sql`update automation_cursor set xid = '9000000000000000000'::xid8`)
  const automation = await automate({ actions: [{ type: 'do-nothing' }] })
  await drain()
  await emit()
  await drain()
  expect(await told(automation)).toContain('triggered')
})

test('only what is left over is left over', async () => {
  clock.advance(3_600)
  await drain()
  const count = async (table: 'automation_bucket' | 'automation_action' | 'automation_firing') => {
    const tables = {
      automation_bucket: sql`select count(*) as count from automation_bucket`,
      automation_action: sql`select count(*) as count from automation_action`,
      automation_firing: sql`select count(*) as count from automation_firing`,
    }
    return (await ctx.db.query<{ count: number }>(tables[table]))[0]?.count
  }
  expect([
    await count('automation_bucket'),
    await count('automation_action'),
    await count('automation_firing'),
  ]).toEqual([0, 0, 0])
})

test('automations that take every event do not answer each other for ever', async () => {
  const takers = [await automate({ trigger: trigger({ expect: [] }), actions: [{ type: 'do-nothing' }] })]
  takers.push(await automate({ trigger: trigger({ expect: [] }), actions: [{ type: 'do-nothing' }] }))
  await drain()
  const before = (await events('prefect.automation.triggered')).length
  await emit()
  await drain()
  expect((await events('prefect.automation.triggered')).length - before).toBe(takers.length)
  expect(await runner.runOnce(ctx)).toBe('idle')
})

test('automations that ask for firings hear each other once', async () => {
  const listening = trigger({ expect: ['prefect.automation.triggered'] })
  await automate({ actions: [{ type: 'do-nothing' }] })
  const a = await automate({ trigger: listening, actions: [] })
  const b = await automate({ trigger: listening, actions: [] })
  await emit()
  await drain()
  // For the first one, and for the other's answer to it.
  expect((await told(a)).filter((event) => event === 'triggered')).toHaveLength(2)
  expect((await told(b)).filter((event) => event === 'triggered')).toHaveLength(2)
  expect(await runner.runOnce(ctx)).toBe('idle')
})

test('many large events at once are evaluated in parts', async () => {
  const automation = await automate({ actions: [{ type: 'do-nothing' }], actions_on_trigger: [{ type: 'do-nothing' }] })
  for (let sent = 0; sent < 120; sent += 1) await emit(undefined, { payload: { text: 'x'.repeat(2_000) } })
  await drain()
  const names = await told(automation)
  expect(names.filter((event) => event === 'triggered')).toHaveLength(120)
  expect(names.filter((event) => event === 'action.executed')).toHaveLength(240)
})
