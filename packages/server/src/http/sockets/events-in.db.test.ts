import { addSeconds, type State, type TaskRun } from '@slipway/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sql } from '../../store/sql.ts'
import { insertFlow, insertFlowRun } from '../../testing/factories.ts'
import { insertRunCredential } from '../../testing/run-credentials.ts'
import { createTestServer, type TestServer } from '../../testing/server.ts'
import { openAuthenticated, type SocketClient } from '../../testing/socket-client.ts'

let server: TestServer
let url = ''
let flow_id = ''

beforeAll(async () => {
  server = await createTestServer()
  url = `${(await server.app.listen({ host: '127.0.0.1', port: 0 })).replace('http', 'ws')}/api/events/in`
  flow_id = await insertFlow(server.ctx)
})

afterAll(() => server.close())

const START = '2026-03-01T00:00:00.000000Z'

interface TaskEvent {
  readonly id: string
  readonly flow_run_id: string
  readonly task_run_id: string
  readonly seconds: number
  readonly type: string
  readonly task_run?: object
  readonly dynamic_key?: string
}

function taskEvent({ id, flow_run_id, task_run_id, seconds, type, task_run = {}, dynamic_key = '0' }: TaskEvent) {
  return {
    id,
    occurred: addSeconds(START, seconds),
    event: `prefect.task-run.${type}`,
    resource: { 'prefect.resource.id': `prefect.task-run.${task_run_id}`, 'prefect.orchestration': 'client' },
    related: [{ 'prefect.resource.id': `prefect.flow-run.${flow_run_id}`, 'prefect.resource.role': 'flow-run' }],
    payload: {
      validated_state: { type: type.toUpperCase(), name: type },
      task_run: { task_key: 'add-1', dynamic_key, ...task_run },
    },
  }
}

function userEvent(id: string, name = 'order.placed') {
  return { id, occurred: START, event: name, resource: { 'prefect.resource.id': 'order.1' } }
}

async function storedEvents(ids: readonly string[]): Promise<readonly string[]> {
  const rows = await server.ctx.db.query<{ id: string }>(
    sql`select id from event where id = any(${ids}::uuid[]) order by id`,
  )
  return rows.map(({ id }) => id)
}

/** A pong says that all events before the ping are stored. */
async function settle(client: SocketClient): Promise<void> {
  await client.ping()
}

function newIds(count: number): string[] {
  return Array.from({ length: count }, () => server.ctx.ids.uuid7()).sort()
}

test('the tasks of a run appear with their newest state and their whole history, in whatever order they come', async () => {
  const run = await insertFlowRun(server.ctx, { flow_id })
  const [task = '', a = '', b = '', c = ''] = newIds(4)
  const base = { flow_run_id: run, task_run_id: task }
  const client = await openAuthenticated(url)
  const pending = taskEvent({ ...base, id: a, seconds: 1, type: 'Pending', task_run: { name: 'add-0', tags: ['x'] } })
  const running = taskEvent({
    ...base,
    id: b,
    seconds: 2,
    type: 'Running',
    task_run: { run_count: 1, start_time: addSeconds(START, 2), name: 'late name' },
  })
  const completed = taskEvent({
    ...base,
    id: c,
    seconds: 3,
    type: 'Completed',
    task_run: { run_count: 1, total_run_time: 1.5 },
  })
  for (const event of [pending, completed, running, completed]) client.send(event)
  await settle(client)
  client.send(running)
  await settle(client)
  const { body } = await server.call('GET', `/task_runs/${task}`)
  expect(body).toMatchObject({
    name: 'late name',
    flow_run_id: run,
    task_key: 'add-1',
    tags: ['x'],
    state_name: 'Completed',
    state_id: c,
    run_count: 1,
    total_run_time: 1.5,
  })
  const { body: states } = await server.call<State[]>('GET', `/task_run_states/?task_run_id=${task}`)
  expect(states.map(({ id }) => id)).toEqual([a, b, c])
  expect(await storedEvents([a, b, c])).toHaveLength(3)
  client.close()
})

test('an older report changes nothing but the history', async () => {
  const run = await insertFlowRun(server.ctx, { flow_id })
  const [task = '', a = '', b = ''] = newIds(3)
  const base = { flow_run_id: run, task_run_id: task }
  const client = await openAuthenticated(url)
  client.send(taskEvent({ ...base, id: b, seconds: 5, type: 'Completed', task_run: { name: 'new' } }))
  await settle(client)
  client.send(taskEvent({ ...base, id: a, seconds: 1, type: 'Running', task_run: { name: 'old', tags: ['old'] } }))
  await settle(client)
  const { body } = await server.call('GET', `/task_runs/${task}`)
  expect(body).toMatchObject({ name: 'new', tags: [], state_name: 'Completed' })
  const { body: states } = await server.call<State[]>('GET', `/task_run_states/?task_run_id=${task}`)
  expect(states).toHaveLength(2)
  client.close()
})

test('a task run that is there already keeps its id, and the states follow it', async () => {
  const run = await insertFlowRun(server.ctx, { flow_id })
  const [first = '', second = '', a = '', b = ''] = newIds(4)
  const client = await openAuthenticated(url)
  client.send(taskEvent({ id: a, flow_run_id: run, task_run_id: first, seconds: 1, type: 'Running' }))
  await settle(client)
  client.send(taskEvent({ id: b, flow_run_id: run, task_run_id: second, seconds: 2, type: 'Completed' }))
  await settle(client)
  expect((await server.call('GET', `/task_runs/${first}`)).body).toMatchObject({ state_name: 'Completed', state_id: b })
  expect((await server.call('GET', `/task_runs/${second}`)).status).toBe(404)
  client.close()
})

test('the id of another run’s task is not taken over', async () => {
  const [mine, other] = [await insertFlowRun(server.ctx, { flow_id }), await insertFlowRun(server.ctx, { flow_id })]
  const [task = '', a = '', b = ''] = newIds(3)
  const client = await openAuthenticated(url)
  client.send(taskEvent({ id: a, flow_run_id: other, task_run_id: task, seconds: 1, type: 'Running' }))
  await settle(client)
  client.send(taskEvent({ id: b, flow_run_id: mine, task_run_id: task, seconds: 2, type: 'Failed', dynamic_key: '7' }))
  await settle(client)
  expect((await server.call('GET', `/task_runs/${task}`)).body).toMatchObject({
    state_name: 'Running',
    flow_run_id: other,
  })
  client.close()
})

test('many clients that report the same tasks at the same time agree', async () => {
  const run = await insertFlowRun(server.ctx, { flow_id })
  const events = Array.from({ length: 40 }, (_, index) =>
    taskEvent({
      id: server.ctx.ids.uuid7(),
      flow_run_id: run,
      task_run_id: server.ctx.ids.uuid7(),
      seconds: index,
      type: index === 39 ? 'Completed' : 'Running',
      dynamic_key: String(index % 4),
    }),
  )
  const clients = await Promise.all(Array.from({ length: 4 }, () => openAuthenticated(url)))
  await Promise.all(
    clients.map(async (client, turn) => {
      for (const [index] of events.entries()) client.send(events[(index * 7 + turn * 11) % events.length])
      await settle(client)
      client.close()
    }),
  )
  const { body } = await server.call<TaskRun[]>('POST', '/task_runs/filter', {
    task_runs: { flow_run_id: { any_: [run] } },
  })
  const found = body.map(({ dynamic_key, state_id }) => [dynamic_key, state_id])
  expect(found.sort(([a = ''], [b = '']) => Number(a) - Number(b))).toEqual(
    [0, 1, 2, 3].map((key) => [String(key), events[36 + key]?.id]),
  )
  const [{ count } = { count: 0 }] = await server.ctx.db.query<{ count: number }>(sql`
    select count(*)::integer as count
    from task_run_state s
    join task_run t on t.id = s.task_run_id
    where t.flow_run_id = ${run}
  `)
  expect(count).toBe(40)
})

test('a ping is answered only when everything before it is stored', async () => {
  const [id = ''] = newIds(1)
  const client = await openAuthenticated(url)
  const held = Promise.withResolvers<void>()
  const locked = Promise.withResolvers<void>()
  const holding = server.ctx.db.transaction(async (tx) => {
    await tx.query(sql`lock table event in exclusive mode`)
    locked.resolve()
    await held.promise
  })
  await locked.promise
  client.send(userEvent(id))
  let isAnswered = false
  const ping = async () => {
    await client.ping()
    isAnswered = true
  }
  const pong = ping()
  // The insert of the event waits for the lock; then a pong that was too early would have come.
  await waitingInserts()
  expect(isAnswered).toBe(false)
  held.resolve()
  await holding
  await pong
  expect(await storedEvents([id])).toEqual([id])
  client.close()
})

async function waitingInserts(): Promise<void> {
  for (;;) {
    const rows = await server.ctx.db.query(
      sql`select pid from pg_stat_activity where wait_event_type = 'Lock' and query like '%insert into event%'`,
    )
    if (rows.length > 0) return
  }
}

test('what is no event closes the socket, after what came before it is stored', async () => {
  for (const wrong of ['nonsense', '{}', JSON.stringify({ ...userEvent('no-uuid') })]) {
    const ids = newIds(3)
    const client = await openAuthenticated(url)
    for (const id of ids) client.send(userEvent(id))
    client.send(wrong)
    const [late = ''] = newIds(1)
    client.send(userEvent(late))
    expect((await client.closed).code).toBe(1011)
    expect(await storedEvents([...ids, late])).toEqual(ids)
  }
})

test.for([
  ['a name of more than 1024 characters', 1011, (id: string) => userEvent(id, 'x'.repeat(1_025))],
  ['more than 500 labels', 1011, (id: string) => ({ ...userEvent(id), resource: labels(501) })],
  [
    'more than 100 related resources',
    1011,
    (id: string) => ({ ...userEvent(id), related: Array.from({ length: 101 }, related) }),
  ],
  ['too many bytes', 1009, (id: string) => ({ ...userEvent(id), payload: { text: 'x'.repeat(1_500_000) } })],
] as const)('an event with %s is not taken', async ([, code, event]) => {
  const [id = ''] = newIds(1)
  const client = await openAuthenticated(url)
  client.send(event(id))
  expect((await client.closed).code).toBe(code)
  expect(await storedEvents([id])).toEqual([])
})

function labels(count: number): object {
  return { 'prefect.resource.id': 'a', ...Object.fromEntries(Array.from({ length: count }, (_, n) => [`l${n}`, 'x'])) }
}

function related(): object {
  return { 'prefect.resource.id': 'b', 'prefect.resource.role': 'part' }
}

test('a task event that cannot be read is kept as an event', async () => {
  const [id = '', task = ''] = newIds(2)
  const run = await insertFlowRun(server.ctx, { flow_id })
  const event = taskEvent({ id, flow_run_id: run, task_run_id: task, seconds: 1, type: 'Running' })
  const client = await openAuthenticated(url)
  client.send({ ...event, payload: {} })
  await settle(client)
  expect(await storedEvents([id])).toEqual([id])
  expect((await server.call('GET', `/task_runs/${task}`)).status).toBe(404)
  client.close()
})

test('a container tells about its own runs and its own things, and what is not its own is dropped', async () => {
  const [own, foreign] = [await insertFlowRun(server.ctx, { flow_id }), await insertFlowRun(server.ctx, { flow_id })]
  const client = await openAuthenticated(url, await insertRunCredential(server.ctx, own))
  const [a = '', b = '', c = '', d = '', e = '', task = ''] = newIds(6)
  const base = { task_run_id: task, seconds: 1, type: 'Running' }
  client.send(taskEvent({ ...base, id: a, flow_run_id: foreign }))
  client.send(userEvent(b, 'prefect.flow-run.Cancelling'))
  client.send({
    ...userEvent(c, 'prefect.task-run.Running'),
    resource: { 'prefect.resource.id': `prefect.task-run.${task}` },
  })
  client.send(taskEvent({ ...base, id: d, flow_run_id: own }))
  client.send(userEvent(e))
  await settle(client)
  expect(await storedEvents([a, b, c, d, e])).toEqual([d, e].sort())
  expect((await server.call('GET', `/task_runs/${task}`)).body).toMatchObject({ flow_run_id: own })
  client.close()
})
