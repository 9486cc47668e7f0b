import { addSeconds } from '@slipway/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { appendEvents } from '../store/events.ts'
import { insertLogs } from '../store/logs.ts'
import { sql } from '../store/sql.ts'
import { createTestServer, type TestServer } from '../testing/server.ts'
import { keepPartitions } from './keep-partitions.ts'

let server: TestServer
beforeAll(async () => {
  server = await createTestServer()
})
afterAll(() => server.close())

const placesOf = async () =>
  await server.database.db.query<{ place: string; rows: number }>(sql`
    select tableoid::regclass::text as place, count(*)::int as rows from log group by 1
    union all
    select tableoid::regclass::text, count(*)::int from event group by 1
    order by 1
  `)

async function write(seconds: number): Promise<void> {
  const { ctx } = server
  const workspace_id = ctx.installation.default_workspace_id
  const timestamp = addSeconds(ctx.clock.now(), seconds)
  const line = {
    id: ctx.ids.uuid(),
    timestamp,
    name: 'n',
    level: 20,
    message: 'm',
    flow_run_id: null,
    task_run_id: null,
  }
  await insertLogs(ctx.db, workspace_id, [line], ctx.clock.now())
  const event = {
    id: ctx.ids.uuid7(),
    occurred: timestamp,
    event: 'e',
    resource: { 'prefect.resource.id': 'r' },
    related: [],
    payload: {},
    follows: null,
  }
  await appendEvents(ctx.db, workspace_id, [event], ctx.clock.now())
}

test('rows that came before their partition move into it, all others stay', async () => {
  server.clock.set('2031-03-05T12:00:00.000000Z')
  await write(0)
  await write(86_400)
  await write(-30 * 86_400)
  const before = await server.database.db.query(sql`select id, seq, message from log order by id`)
  // Two servers start at once.
  const made = await Promise.all([keepPartitions(server.ctx), keepPartitions(server.ctx)])
  expect(made.toSorted((a, b) => a - b)).toEqual([0, 18])
  expect(await placesOf()).toEqual([
    { place: 'event_20310305', rows: 1 },
    { place: 'event_20310306', rows: 1 },
    { place: 'event_default', rows: 1 },
    { place: 'log_20310305', rows: 1 },
    { place: 'log_20310306', rows: 1 },
    { place: 'log_default', rows: 1 },
  ])
  expect(await server.database.db.query(sql`select id, seq, message from log order by id`)).toEqual(before)
})

test('new rows go to their day, with the indexes and defaults of the table', async () => {
  await write(2 * 86_400)
  expect(await placesOf()).toContainEqual({ place: 'log_20310307', rows: 1 })
  const indexes = await server.database.db.query<{ table: string; count: number }>(sql`
    select tablename as table, count(*)::int as count
    from pg_indexes
    where tablename in ('event_default', 'event_20310307', 'log_default', 'log_20310307')
    group by 1 order by 1
  `)
  const counts = new Map(indexes.map(({ table, count }) => [table, count]))
  expect(counts.get('event_20310307')).toBe(counts.get('event_default'))
  expect(counts.get('log_20310307')).toBe(counts.get('log_default'))
})

test('the next day one more is made', async () => {
  server.clock.advance(86_400)
  expect(await keepPartitions(server.ctx)).toBe(2)
  expect(await keepPartitions(server.ctx)).toBe(0)
})
