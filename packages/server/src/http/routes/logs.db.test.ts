import { addSeconds, type Log } from '@slipway/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestServer, type TestServer } from '../../testing/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await createTestServer()
})
afterAll(() => server.close())

const START = '2026-01-01T00:00:00.000000Z'
const line = (message: string, body: object = {}) => ({ name: 'n', level: 20, message, timestamp: START, ...body })
const store = (lines: readonly object[]) => server.call('POST', '/logs/', lines)
const find = async (logs: object, rest: object = {}) =>
  (await server.call<Log[]>('POST', '/logs/filter', { logs, ...rest })).body

test('lines are stored whole, for runs that nobody knows yet', async () => {
  const [flow_run_id, task_run_id] = [server.ctx.ids.uuid(), server.ctx.ids.uuid()]
  expect(await store([line('hello', { flow_run_id, task_run_id, level: 40 })])).toEqual({ status: 201, body: null })
  const [found] = await find({ flow_run_id: { any_: [flow_run_id] } })
  expect(found).toMatchObject({ message: 'hello', level: 40, name: 'n', timestamp: START, flow_run_id, task_run_id })
  expect(found?.updated).toBe(found?.created)
})

test('lines of one moment keep their order, whoever sends what at the same time', async () => {
  const runs = Array.from({ length: 30 }, () => server.ctx.ids.uuid())
  await Promise.all(
    runs.map((flow_run_id) => store(Array.from({ length: 20 }, (_, n) => line(`l${n}`, { flow_run_id })))),
  )
  for (const flow_run_id of runs) {
    const found = await find({ flow_run_id: { any_: [flow_run_id] } })
    expect(found.map(({ message }) => message)).toEqual(Array.from({ length: 20 }, (_, n) => `l${n}`))
  }
})

test('more lines than one statement takes are all stored', async () => {
  const flow_run_id = server.ctx.ids.uuid()
  const many = Array.from({ length: 4_500 }, (_, n) => line(`m${n}`, { flow_run_id, timestamp: addSeconds(START, n) }))
  expect((await store(many)).status).toBe(201)
  const last = await find({ flow_run_id: { any_: [flow_run_id] } }, { sort: 'TIMESTAMP_DESC', limit: 1 })
  expect(last.map(({ message }) => message)).toEqual(['m4499'])
  expect(await find({ flow_run_id: { any_: [flow_run_id] } }, { offset: 4_400 })).toHaveLength(100)
  expect((await store([])).status).toBe(201)
})

test('lines are found by level, time and words', async () => {
  const flow_run_id = server.ctx.ids.uuid()
  const of = { flow_run_id: { any_: [flow_run_id] } }
  await store([
    line('Connection lost', { flow_run_id, level: 40 }),
    line('100% loaded', { flow_run_id, level: 20, timestamp: addSeconds(START, 10) }),
    line('connection back', { flow_run_id, level: 30, timestamp: addSeconds(START, 20) }),
  ])
  const messages = async (filter: object) => (await find({ ...of, ...filter })).map(({ message }) => message)
  expect(await messages({ level: { ge_: 30 } })).toEqual(['Connection lost', 'connection back'])
  expect(await messages({ timestamp: { after_: addSeconds(START, 10) } })).toEqual(['100% loaded', 'connection back'])
  expect(await messages({ text: { query: 'CONNECTION -back' } })).toEqual(['Connection lost'])
  expect(await messages({ text: { query: '0%' } })).toEqual(['100% loaded'])
  expect(await messages({ task_run_id: { is_null_: false } })).toEqual([])
})
