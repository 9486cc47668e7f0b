import { expect, test } from 'vitest'
import type { ApiConfig } from './config.ts'
import { createClient } from './client.ts'
import { createEventSink, openEventSocket, type EventSink } from './events.ts'
import { startFakeApi, type FakeApi } from './testing/fake-api.test-support.ts'
import { createTestHost, type TestHost } from './testing/test-host.test-support.ts'
import type { WireEvent } from './wire.ts'

const AUTHORIZATION = 'Basic dTpw'
const TOKEN = 'u:p'

function event(n: number): WireEvent {
  return {
    id: `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`,
    event: `test.${n}`,
    occurred: '2026-01-02T00:00:00.000000Z',
    resource: { 'prefect.resource.id': 'test' },
    related: [],
    payload: {},
    follows: null,
  }
}

async function withSink(
  work: (stage: { api: FakeApi; host: TestHost; sink: EventSink; config: ApiConfig }) => Promise<void>,
): Promise<void> {
  const api = await startFakeApi({ authorization: AUTHORIZATION, token: TOKEN })
  const host = createTestHost({})
  const config = { url: api.url, authorization: AUTHORIZATION, token: TOKEN }
  const client = createClient({ host, api: config, requestTimeoutMs: 5_000, maxRetries: 5 })
  try {
    await work({
      api,
      host,
      config,
      sink: createEventSink({ host, api: config, timeoutMs: 5_000, sendEvents: client.sendEvents }),
    })
  } finally {
    await api.close()
  }
}

test('events go over one websocket, in order, after ping and authentication', async () => {
  await withSink(async ({ api, sink }) => {
    for (let n = 0; n < 1_500; n++) sink.emit(event(n))
    await sink.flush()
    expect(api.events.map((kept) => kept.event)).toEqual(Array.from({ length: 1_500 }, (_, n) => `test.${n}`))
    sink.emit(event(1_500))
    await sink.flush()
    await sink.close()
    await api.seen('CLOSE /events/in 1000')
    expect(api.calls.filter((call) => call.startsWith('OPEN'))).toEqual(['OPEN /events/in'])
  })
})

test('events that nobody confirmed are sent again over a new websocket', async () => {
  await withSink(async ({ api, sink }) => {
    api.breakSocketOnce()
    for (let n = 0; n < 3; n++) sink.emit(event(n))
    await sink.flush()
    await sink.close()
    expect(api.events.map((kept) => kept.event)).toEqual(['test.0', 'test.1', 'test.2'])
    expect(api.calls.filter((call) => call.startsWith('OPEN'))).toHaveLength(2)
  })
})

test('without a websocket events go by REST', async () => {
  await withSink(async ({ api, sink, host }) => {
    api.refuseSockets()
    for (let n = 0; n < 150; n++) sink.emit(event(n))
    await sink.flush()
    await sink.close()
    expect(api.events).toHaveLength(150)
    expect(api.calls.filter((call) => call === 'POST /events')).toHaveLength(2)
    expect(host.printed.filter((line) => line.startsWith('Events go by REST'))).toHaveLength(1)
  })
})

test('a wrong token is told with the reason of the server, and without the token', async () => {
  await withSink(async ({ config }) => {
    const attempt = openEventSocket({ ...config, token: 'u:wrong' }, '/events/in', 5_000)
    await expect(attempt).rejects.toThrow('Invalid token')
    await expect(attempt).rejects.not.toThrow('u:wrong')
  })
})

test('what could not be delivered until the end is counted', async () => {
  const host = createTestHost({})
  const config = { url: 'http://127.0.0.1:9/api', authorization: null, token: null }
  const sink = createEventSink({
    host,
    api: config,
    timeoutMs: 5_000,
    sendEvents: () => Promise.reject(new Error('down')),
  })
  sink.emit(event(1))
  sink.emit(event(2))
  await sink.close()
  expect(host.printed.at(-1)).toBe('2 events were not delivered')
})
