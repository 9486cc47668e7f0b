import { expect, test } from 'vitest'
import { ApiError, ApiUnreachableError } from './errors.ts'
import { createLogShipper } from './log-shipper.ts'
import { createTestHost } from './testing/test-host.test-support.ts'
import type { LogCreate } from './wire.ts'

function line(message: string): LogCreate {
  return {
    name: 'n',
    level: 20,
    message,
    timestamp: '2026-01-02T00:00:00.000000Z',
    flow_run_id: null,
    task_run_id: null,
  }
}

interface Recorder {
  readonly batches: string[][]
  readonly failures: Error[]
  readonly send: (records: readonly LogCreate[]) => Promise<void>
}

function recorder(): Recorder {
  const batches: string[][] = []
  const failures: Error[] = []
  const send = async (records: readonly LogCreate[]): Promise<void> => {
    const failure = failures.shift()
    if (failure !== undefined) throw failure
    batches.push(records.map((record) => record.message))
  }
  return { batches, failures, send }
}

test('lines wait two seconds for each other and go as one batch', async () => {
  const host = createTestHost({})
  const { batches, send } = recorder()
  const logs = createLogShipper(host, send)
  logs.write(line('a'))
  logs.write(line('b'))
  expect(batches).toEqual([])
  expect(host.fire(2_000)).toBe(1)
  await logs.flush()
  expect(batches).toEqual([['a', 'b']])
  expect(host.fire(2_000)).toBe(0)
})

test('4 MB go at once, in batches of at most 4 MB', async () => {
  const host = createTestHost({})
  const { batches, send } = recorder()
  const logs = createLogShipper(host, send)
  const big = 'x'.repeat(900_000)
  for (let n = 0; n < 5; n++) logs.write(line(big))
  await logs.flush()
  expect(batches.map((batch) => batch.length)).toEqual([4, 1])
  expect(batches.every((batch) => batch.join('').length <= 4_000_000)).toBe(true)
})

test('a line of more than 1 MB is cut', async () => {
  const { batches, send } = recorder()
  const logs = createLogShipper(createTestHost({}), send)
  logs.write(line('ü'.repeat(600_000)))
  await logs.flush()
  const [message] = batches[0] ?? []
  expect(message?.endsWith('… (cut off)')).toBe(true)
  expect(Buffer.byteLength(message ?? '')).toBeLessThanOrEqual(1_000_000)
})

test('what was written while a batch is under way is flushed too', async () => {
  const batches: string[][] = []
  const first = Promise.withResolvers<void>()
  const logs = createLogShipper(createTestHost({}), async (records) => {
    batches.push(records.map((record) => record.message))
    if (batches.length === 1) await first.promise
  })
  logs.write(line('a'))
  const flushed = logs.flush()
  logs.write(line('b'))
  first.resolve()
  await flushed
  await logs.flush()
  expect(batches).toEqual([['a'], ['b']])
})

test('lines that could not be delivered are kept, in order, and tried again', async () => {
  const host = createTestHost({})
  const { batches, failures, send } = recorder()
  failures.push(new ApiUnreachableError('nobody there'))
  const logs = createLogShipper(host, send)
  logs.write(line('a'))
  await logs.flush()
  expect(batches).toEqual([])
  expect(host.printed).toEqual(['1 log lines could not be sent: ApiUnreachableError: nobody there'])
  logs.write(line('b'))
  expect(host.fire(2_000)).toBe(1)
  await logs.flush()
  expect(batches).toEqual([['a', 'b']])
})

test('lines that the server refuses are not sent for ever', async () => {
  const { batches, failures, send } = recorder()
  failures.push(new ApiError('POST /logs/', 422, 'no'))
  const logs = createLogShipper(createTestHost({}), send)
  logs.write(line('a'))
  await logs.flush()
  logs.write(line('b'))
  await logs.flush()
  expect(batches).toEqual([['b']])
})

test('what nobody takes is bounded: the oldest lines go, and it is said', async () => {
  const host = createTestHost({})
  const { batches, failures, send } = recorder()
  for (let n = 0; n < 100; n++) failures.push(new ApiUnreachableError('nobody there'))
  const logs = createLogShipper(host, send)
  for (let n = 0; n < 40; n++) logs.write(line(`${n} ${'x'.repeat(990_000)}`))
  await logs.flush()
  failures.splice(0)
  await logs.flush()
  expect(host.printed.some((text) => text.includes('log lines were dropped'))).toBe(true)
  const sent = batches.flat().map((message) => Number(message.split(' ')[0]))
  expect(sent.at(-1)).toBe(39)
  expect(sent).toEqual(sent.toSorted((a, b) => a - b))
  expect(sent.length).toBeLessThan(40)
})
