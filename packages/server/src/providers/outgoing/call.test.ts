import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import type { OutgoingRequest } from '../../domain/automations/outgoing.ts'
import { callOutside } from './call.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close()
    server.closeAllConnections()
  }
})

async function listen(handler: RequestListener): Promise<string> {
  const server = createServer(handler)
  servers.push(server)
  const { promise, resolve } = Promise.withResolvers<null>()
  server.listen(0, '127.0.0.1', () => resolve(null))
  await promise
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const post = (url: string, change: Partial<OutgoingRequest> = {}): OutgoingRequest => ({
  method: 'POST',
  url,
  headers: { 'x-token': 'hush' },
  body: 'grüße',
  verify: true,
  ...change,
})
const open = { allow_private: true, timeoutMs: 5_000 }
const closed = { allow_private: false, timeoutMs: 5_000 }

test('what is sent arrives, and the answer is told without what nobody should see', async () => {
  const url = await listen((request, response) => {
    response.setHeader('set-cookie', 'a=b').setHeader('x-answer', 'yes')
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    request.on('end', () =>
      response.writeHead(202).end(`${request.method} ${request.url} ${String(request.headers['x-token'])} ${body}`),
    )
  })
  const outcome = await callOutside(post(`${url}/hook?a=1`), open)
  expect(outcome).toMatchObject({ kind: 'answered', status: 202, body: 'POST /hook?a=1 hush grüße' })
  expect(outcome.kind === 'answered' && Object.keys(outcome.headers)).toContain('x-answer')
  expect(JSON.stringify(outcome)).not.toContain('a=b')
})

test('a redirect is an answer', async () => {
  let asked = 0
  const url = await listen((_, response) => {
    asked += 1
    response.writeHead(302, { location: 'http://127.0.0.1/inside' }).end()
  })
  expect(await callOutside(post(url), open)).toMatchObject({ kind: 'answered', status: 302 })
  expect(asked).toBe(1)
})

test('an endless answer ends', async () => {
  const url = await listen((_, response) => {
    const chunk = 'x'.repeat(16_384)
    const more = () => {
      while (response.writable && response.write(chunk));
    }
    response.on('drain', more)
    more()
  })
  const outcome = await callOutside(post(url), open)
  expect(outcome.kind === 'answered' && outcome.body.length).toBe(65_536)
})

test('whoever does not answer is not waited for', async () => {
  const url = await listen(() => {})
  expect(await callOutside(post(url), { ...open, timeoutMs: 50 })).toEqual({
    kind: 'failed',
    reason: 'There was no answer in time',
  })
})

test.for([
  'http://127.0.0.1:1/secret',
  'http://2130706433/secret',
  'http://0x7f.1/secret',
  'http://[::1]/secret',
  'http://[::ffff:127.0.0.1]/secret',
  'http://169.254.169.254/secret',
  'http://localhost:1/secret',
])('%s is refused', async (url) => {
  const outcome = await callOutside(post(url), closed)
  expect(outcome).toMatchObject({ kind: 'failed' })
  expect(JSON.stringify(outcome)).toContain('private, loopback or link-local')
  expect(JSON.stringify(outcome)).not.toContain('secret')
})

test.for<readonly [string, Partial<OutgoingRequest>]>([
  ['no URL', { url: 'secret' }],
  ['another protocol', { url: 'file:///secret' }],
  ['another method', { method: 'CONNECT' }],
  ['a header that breaks the line', { headers: { a: 'secret\r\nb: c' } }],
  ['nobody listens', {}],
])('%s fails without telling a secret', async ([, change]) => {
  const outcome = await callOutside(post('http://127.0.0.1:1/secret', change), open)
  expect(outcome.kind).toBe('failed')
  expect(JSON.stringify(outcome)).not.toContain('secret')
})
