import type { TaskRun, TaskWorkerResponse } from '@slipway/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestServer, type TestServer } from '../../testing/server.ts'
import { openAuthenticated, type SocketClient } from '../../testing/socket-client.ts'

let server: TestServer
let url = ''
let stopListening: () => Promise<void>

beforeAll(async () => {
  server = await createTestServer()
  const address = await server.app.listen({ host: '127.0.0.1', port: 0 })
  url = `${address.replace('http', 'ws')}/api/task_runs/subscriptions/scheduled`
  // As the services do.
  stopListening = await server.ctx.db.listen('slipway_task', () => server.ctx.live.tasks.publish(['some']))
})

afterAll(async () => {
  await stopListening()
  await server.close()
})

async function delay(task_key: string, state: object = {}): Promise<string> {
  const body = {
    task_key,
    dynamic_key: server.ctx.ids.uuid(),
    state: { type: 'SCHEDULED', state_details: { deferred: true }, ...state },
  }
  return (await server.call<TaskRun>('POST', '/task_runs/', body)).body.id
}

async function subscribe(keys: readonly string[], client_id = 'host-1'): Promise<SocketClient> {
  const client = await openAuthenticated(url)
  client.send({ type: 'subscribe', keys, client_id })
  return client
}

async function nextId(client: SocketClient): Promise<string | undefined> {
  return (await client.next<TaskRun | undefined>())?.id
}

test('tasks come one at a time, the next after the ack, in the order of their time', async () => {
  const first = await delay('one')
  const second = await delay('one')
  await delay('another')
  const client = await subscribe(['one'])
  expect(await nextId(client)).toBe(first)
  await client.ping()
  expect(client.waiting()).toBe(0)
  client.send({ type: 'ack' })
  expect(await nextId(client)).toBe(second)
  client.send({ type: 'ack' })
  const third = await delay('one')
  expect(await nextId(client)).toBe(third)
  client.close()
  await client.closed
})

test('no two workers get the same task', async () => {
  const ids = await Promise.all(Array.from({ length: 8 }, () => delay('shared')))
  const clients = await Promise.all(Array.from({ length: 4 }, () => subscribe(['shared'])))
  const got = await Promise.all(
    clients.map(async (client) => {
      const one = await nextId(client)
      client.send({ type: 'ack' })
      // Without an ack of this one nobody gets a third.
      return [one, await nextId(client)]
    }),
  )
  expect(got.flat()).toHaveLength(8)
  expect(new Set(got.flat())).toEqual(new Set(ids))
  for (const client of clients) client.close()
})

test('a task whose worker leaves without an ack goes to the next one at once', async () => {
  const id = await delay('left')
  const first = await subscribe(['left'])
  expect(await nextId(first)).toBe(id)
  const second = await subscribe(['left'])
  await second.ping()
  first.close()
  expect(await nextId(second)).toBe(id)
  second.close()
  await second.closed
})

test('a task that was confirmed and never begun is delivered again; one that began is not', async () => {
  const [lost, begun] = [await delay('slow'), await delay('slow')]
  const client = await subscribe(['slow'])
  for (const id of [lost, begun]) {
    expect(await nextId(client)).toBe(id)
    client.send({ type: 'ack' })
  }
  await server.call('POST', `/task_runs/${begun}/set_state`, { state: { type: 'PENDING' } })
  server.clock.advance(301)
  const again = await subscribe(['slow'])
  expect(await nextId(again)).toBe(lost)
  again.send({ type: 'ack' })
  await again.ping()
  expect(again.waiting()).toBe(0)
  again.close()
  client.close()
  await again.closed
})

test('what was not meant for workers stays where it is', async () => {
  await delay('mixed', { state_details: { deferred: false } })
  await delay('mixed', { type: 'PENDING' })
  const wanted = await delay('mixed')
  const client = await subscribe(['mixed'])
  expect(await nextId(client)).toBe(wanted)
  client.send({ type: 'quit' })
  expect((await client.closed).code).toBe(1000)
})

test.for([
  [{ type: 'hello' }, 'expected a subscribe message'],
  [{ type: 'subscribe', client_id: 'x' }, 'expected "keys" in the subscribe message'],
  [{ type: 'subscribe', keys: 'one', client_id: 'x' }, 'expected "keys" in the subscribe message'],
  [{ type: 'subscribe', keys: ['one'] }, 'expected "client_id" in the subscribe message'],
] as const)('%j is a protocol violation', async ([frame, what]) => {
  const client = await openAuthenticated(url)
  client.send(frame)
  expect(await client.closed).toEqual({ code: 4001, reason: `Protocol violation: ${what}` })
})

test('connected workers are listed by their keys until they leave', async () => {
  const list = async (task_keys: readonly string[]) => {
    const body = { task_worker_filter: { task_keys } }
    const answer = await server.call<TaskWorkerResponse[]>('POST', '/task_workers/filter', body)
    return answer.body.map(({ identifier }) => identifier)
  }
  await delay('listed')
  const client = await subscribe(['listed', 'other'], 'worker-7')
  await client.next()
  expect(await list(['listed'])).toEqual(['worker-7'])
  expect(await list(['unknown'])).toEqual([])
  client.close()
  await client.closed
  while ((await list(['listed'])).length > 0) await server.ctx.db.listen('slipway_none', () => {})
})
