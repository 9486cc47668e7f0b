import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createEchoApp, ECHO_STATUS } from '../testing/echo-app.ts'

let app: FastifyInstance
let guarded: FastifyInstance
beforeAll(async () => {
  const env = {
    SLIPWAY_ALLOWED_HOSTS: 'slipway.internal',
    SLIPWAY_ALLOWED_ORIGINS: 'https://console.example.com',
    SLIPWAY_PUBLIC_API_URL: 'https://flows.example.com/api',
  }
  app = await createEchoApp({ env })
  guarded = await createEchoApp({ env: { SLIPWAY_AUTH_STRING: 'user:a-long-password' } })
})
afterAll(async () => {
  await app.close()
  await guarded.close()
})

async function status(headers: Record<string, string>, on = app): Promise<number> {
  return (await on.inject({ method: 'POST', url: '/api/flows/filter', headers })).statusCode
}

test.for([
  ['127.0.0.1:4200', ECHO_STATUS],
  ['127.0.0.1', ECHO_STATUS],
  ['localhost:9', ECHO_STATUS],
  ['LocalHost', ECHO_STATUS],
  ['[::1]:4200', ECHO_STATUS],
  ['slipway.internal:4200', ECHO_STATUS],
  ['flows.example.com', ECHO_STATUS],
  ['evil.example.com', 403],
  ['evil.example.com:4200', 403],
  ['localhost.evil.example.com', 403],
  ['127.0.0.1.nip.io', 403],
  ['localhost:4200@evil.example.com', 403],
  ['localhost:', 403],
] as const)('the host %s gets %i', async ([host, expected]) => {
  expect(await status({ host })).toBe(expected)
})

test.for([
  [{ origin: 'http://localhost:4200' }, ECHO_STATUS],
  [{ origin: 'https://localhost:4200' }, ECHO_STATUS],
  [{ origin: 'https://console.example.com' }, ECHO_STATUS],
  [{ origin: 'http://localhost:3000' }, 403],
  [{ origin: 'https://evil.example.com' }, 403],
  [{ origin: 'null' }, 403],
  [{ origin: '' }, 403],
  [{ 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }, ECHO_STATUS],
  [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }, 403],
  [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }, ECHO_STATUS],
] as const)('a browser that says %j gets %i', async ([headers, expected]) => {
  expect(await status({ host: 'localhost:4200', ...headers })).toBe(expected)
})

test('with credentials any host will do, but other pages still may not', async () => {
  expect(await status({ host: 'anything.example.com' }, guarded)).toBe(401)
  expect(await status({ host: 'anything.example.com', origin: 'https://evil.example.com' }, guarded)).toBe(403)
})

test('an allowed origin gets its preflight and may read the answer', async () => {
  const origin = 'https://console.example.com'
  const preflight = await app.inject({
    method: 'OPTIONS',
    url: '/api/flows/filter',
    headers: { host: 'localhost', origin, 'access-control-request-method': 'POST' },
  })
  expect([preflight.statusCode, preflight.headers['access-control-allow-origin']]).toEqual([204, origin])
  const refused = await app.inject({
    method: 'OPTIONS',
    url: '/api/flows/filter',
    headers: { host: 'localhost', origin: 'https://evil.example.com', 'access-control-request-method': 'POST' },
  })
  expect([refused.statusCode, refused.headers['access-control-allow-origin']]).toEqual([403, undefined])
})
