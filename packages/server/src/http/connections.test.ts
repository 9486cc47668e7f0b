import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { FastifyInstance } from 'fastify'
import { createEchoApp } from '../testing/echo-app.ts'

let app: FastifyInstance
let port = 0
const logged: string[] = []
beforeAll(async () => {
  app = await createEchoApp({ log: (line) => logged.push(line) })
  port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port)
})
afterAll(() => app.close())

/** All that the server says to these bytes until it ends the connection. */
async function answerTo(bytes: string | Buffer): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  const said: Buffer[] = []
  socket.on('data', (data: Buffer) => said.push(data))
  socket.write(bytes)
  await once(socket, 'close')
  return Buffer.concat(said).toString()
}

test('headers, bodies and idle connections have their times', () => {
  const { headersTimeout, requestTimeout, keepAliveTimeout } = app.server
  expect([headersTimeout, requestTimeout, keepAliveTimeout]).toEqual([20_000, 90_000, 65_000])
})

test.for([
  ['headers that never end', 'GET /api/health HTTP/1.1\r\nHost: localhost\r\n'],
  ['a connection that says nothing', ''],
  ['half a request line', 'GET /ap'],
  [
    'chunks that never end',
    'POST /api/flows/ HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n',
  ],
  ['a body that stops', 'POST /api/flows/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{'],
] as const)('%s: the connection ends', async ([, bytes]) => {
  // So that nobody waits for the real times; where they are counted from is the same.
  Object.assign(app.server, { headersTimeout: 50, requestTimeout: 50 })
  const said = await answerTo(bytes)
  Object.assign(app.server, { headersTimeout: 20_000, requestTimeout: 90_000 })
  expect(said).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/)
  expect(said).toContain('{"detail":"The request did not arrive in time."}')
})

test.for([
  ['what is no HTTP', Buffer.from([0x16, 3, 1, 2, 0, 1, 0xff]), 400, 'This is not a valid HTTP request.'],
  [
    'two lengths',
    'POST /api/flows/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\n',
    400,
    'This is not a valid HTTP request.',
  ],
  [
    'headers without measure',
    `GET /api/health HTTP/1.1\r\nHost: localhost\r\nx-a: ${'a'.repeat(20_000)}\r\n\r\n`,
    431,
    'The headers of the request are too large.',
  ],
] as const)('%s is answered like any mistake, without an echo', async ([, bytes, status, detail]) => {
  const said = await answerTo(bytes)
  expect(said).toContain(`HTTP/1.1 ${status} `)
  expect(said.split('\r\n\r\n')[1]).toBe(JSON.stringify({ detail }))
})

test('a client that breaks off its upload is not taken for a lost database', async () => {
  const before = logged.length
  const socket = connect(port, '127.0.0.1')
  const arrived = once(app.server, 'request')
  socket.write('POST /api/flows/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{')
  const [request] = (await arrived) as [IncomingMessage]
  request.on('error', () => {})
  socket.destroy()
  await new Promise((resolve) => request.on('close', resolve))
  expect(logged.slice(before).join('')).not.toContain('refused by the database')
})
