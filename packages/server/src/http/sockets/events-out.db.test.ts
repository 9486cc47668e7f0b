import { addSeconds, type Log } from '@slipway/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createEventFanout } from '../../services/event-fanout.ts'
import { createLogFanout } from '../../services/log-fanout.ts'
import type { Service } from '../../services/service.ts'
import { appendEvents } from '../../store/events.ts'
import { insertLogs } from '../../store/logs.ts'
import { sql } from '../../store/sql.ts'
import { insertFlow, insertFlowRun } from '../../testing/factories.ts'
import { insertRunCredential } from '../../testing/run-credentials.ts'
import { createTestServer, type TestServer } from '../../testing/server.ts'
import { openAuthenticated, type SocketClient } from '../../testing/socket-client.ts'

let server: TestServer
let url = ''
let fanout: Service
let flow_id = ''

beforeAll(async () => {
  server = await createTestServer()
  url = `${(await server.app.listen({ host: '127.0.0.1', port: 0 })).replace('http', 'ws')}/api`
  fanout = createEventFanout(() => {})
  flow_id = await insertFlow(server.ctx)
  await tell()
})

afterAll(() => server.close())

/** As the service does when it is woken. */
async function tell(): Promise<void> {
  while ((await fanout.runOnce(server.ctx)) === 'more');
}

interface EventOptions {
  readonly secondsAgo?: number
  readonly about?: string
  readonly related?: readonly Record<string, string>[]
}

async function happen(
  event: string,
  { secondsAgo = 0, about = 'order.1', related = [] }: EventOptions = {},
): Promise<string> {
  const { ctx } = server
  const id = ctx.ids.uuid7()
  const now = ctx.clock.now()
  const row = { id, occurred: addSeconds(now, -secondsAgo), event, resource: { 'prefect.resource.id': about }, related }
  await appendEvents(ctx.db, ctx.installation.default_workspace_id, [{ ...row, payload: {}, follows: null }], now)
  return id
}

async function subscribe(filter: object, options: object = {}, token: string | null = null): Promise<SocketClient> {
  const client = await openAuthenticated(`${url}/events/out`, token)
  client.send({ type: 'filter', filter, ...options })
  return client
}

async function names(client: SocketClient, count: number): Promise<readonly string[]> {
  const found: string[] = []
  for (let index = 0; index < count; index += 1)
    found.push((await client.next<{ event: { event: string } }>()).event.event)
  return found
}

/** A round trip to the database, in which sockets are served too. */
async function turn(): Promise<void> {
  await server.ctx.db.query(sql`select 1 as one`)
}

/** Resolves when the server has subscribed: its queue for this socket exists. */
async function subscribed(): Promise<void> {
  while (!server.ctx.live.events.hasSubscribers()) await turn()
}

test('a subscriber gets what happened in the last minutes, oldest first, and then what happens', async () => {
  await happen('backfill.old', { secondsAgo: 16 * 60 })
  await tell()
  await happen('backfill.second', { secondsAgo: 5 })
  await happen('backfill.first', { secondsAgo: 60 })
  const client = await subscribe({ event: { prefix: ['backfill.'] }, order: 'DESC', id: { id: [] } })
  expect(await names(client, 2)).toEqual(['backfill.first', 'backfill.second'])
  // Those of the backfill come by the live stream as well, once more.
  await tell()
  await happen('backfill.live')
  await happen('other.live')
  await tell()
  await happen('backfill.end')
  await tell()
  expect(await names(client, 2)).toEqual(['backfill.live', 'backfill.end'])
  expect(client.waiting()).toBe(0)
  client.close()
  await client.closed
})

test('more than one page of backfill arrives in order', async () => {
  for (let index = 0; index < 260; index += 1) await happen(`page.${index}`, { secondsAgo: 300 - index })
  const client = await subscribe({ event: { prefix: ['page.'] } })
  expect(await names(client, 260)).toEqual(Array.from({ length: 260 }, (_, index) => `page.${index}`))
  client.close()
  await client.closed
})

test('without backfill only what is new comes', async () => {
  await happen('new.before')
  await tell()
  const client = await subscribe({ event: { prefix: ['new.'] } }, { backfill: false })
  await subscribed()
  await happen('new.after')
  await tell()
  expect(await names(client, 1)).toEqual(['new.after'])
  client.close()
  await client.closed
})

test('an event waits for older transactions that are still open, and is not lost', async () => {
  const client = await subscribe({ event: { prefix: ['slow.'] } }, { backfill: false })
  await subscribed()
  const held = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const slow = server.ctx.db.transaction(async (tx) => {
    await tx.query(sql`select pg_current_xact_id()`)
    begun.resolve()
    await held.promise
  })
  await begun.promise
  await happen('slow.one')
  await tell()
  await turn()
  expect(client.waiting()).toBe(0)
  held.resolve()
  await slow
  await tell()
  expect(await names(client, 1)).toEqual(['slow.one'])
  client.close()
  await client.closed
})

test.for([
  [{ type: 'nonsense' }, "Expected 'filter' message"],
  [{ type: 'filter', filter: { nope: 1 } }, /^Invalid filter: filter\.nope/],
  [{ type: 'filter', filter: null }, /^Invalid filter/],
] as const)('%j is no subscription', async ([frame, reason]) => {
  for (const path of ['/events/out', '/logs/out']) {
    const client = await openAuthenticated(`${url}${path}`)
    client.send(frame)
    expect(await client.closed).toEqual({ code: 1002, reason: expect.stringMatching(reason) as string })
  }
})

test('a container hears about its own run and the runs below it alone', async () => {
  const { ctx } = server
  const [own, child, foreign] = await Promise.all([1, 2, 3].map(() => insertFlowRun(ctx, { flow_id })))
  const task = ctx.ids.uuid()
  await ctx.db.query(sql`
    insert into task_run (id, workspace_id, created, updated, name, flow_run_id, task_key, dynamic_key)
    values (${task}, ${ctx.installation.default_workspace_id}, now(), now(), 'sub', ${own ?? ''}, 'sub', '0')
  `)
  await ctx.db.query(sql`update flow_run set parent_task_run_id = ${task} where id = ${child ?? ''}`)
  const client = await subscribe({ event: { prefix: ['family.'] } }, {}, await insertRunCredential(ctx, own ?? ''))
  await happen('family.foreign', { about: `prefect.flow-run.${foreign ?? ''}` })
  await happen('family.nobody')
  await happen('family.own', { about: `prefect.flow-run.${own ?? ''}` })
  await happen('family.child', { about: `prefect.flow-run.${child ?? ''}` })
  await happen('family.related', {
    related: [{ 'prefect.resource.id': `prefect.flow-run.${own ?? ''}`, 'prefect.resource.role': 'flow-run' }],
  })
  await tell()
  expect(await names(client, 3)).toEqual(['family.own', 'family.child', 'family.related'])
  client.close()
  await client.closed
})

test('log lines are told as they are stored', async () => {
  const { ctx } = server
  const [run, other] = [await insertFlowRun(ctx, { flow_id }), await insertFlowRun(ctx, { flow_id })]
  const logs = createLogFanout(ctx)
  const unlisten = await ctx.db.listen('slipway_log', logs.tell)
  const client = await openAuthenticated(`${url}/logs/out`)
  const now = ctx.clock.now()
  client.send({
    type: 'filter',
    filter: { flow_run_id: { any_: [run] }, level: { ge_: 20 }, timestamp: { after_: addSeconds(now, -60) } },
  })
  while (!ctx.live.logs.hasSubscribers()) await turn()
  const line = { name: 'flow', level: 20, timestamp: now, flow_run_id: run, task_run_id: null }
  await insertLogs(
    ctx.db,
    ctx.installation.default_workspace_id,
    [
      { ...line, id: ctx.ids.uuid(), message: 'one' },
      { ...line, id: ctx.ids.uuid(), message: 'too quiet', level: 10 },
      { ...line, id: ctx.ids.uuid(), message: 'of another run', flow_run_id: other },
      { ...line, id: ctx.ids.uuid(), message: 'two', timestamp: addSeconds(now, 1) },
    ],
    now,
  )
  expect((await client.next<{ log: Log }>()).log).toMatchObject({
    message: 'one',
    flow_run_id: run,
    level: 20,
    timestamp: now,
  })
  expect((await client.next<{ log: Log }>()).log).toMatchObject({ message: 'two' })
  expect(client.waiting()).toBe(0)
  client.close()
  await client.closed
  await unlisten()
  await logs.drain()
})
