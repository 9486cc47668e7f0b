import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CloudRunEmulator, startCloudRunEmulator } from './index.ts'

let emulator: CloudRunEmulator

beforeAll(async () => {
  emulator = await startCloudRunEmulator({ engine: 'none', auth: 'off' })
})
afterAll(() => emulator.close())

/** fetch does not let a caller choose the Host header. */
function statusOf(url: string, headers: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { headers }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
      .on('error', reject)
      .end()
  })
}

test.for<[string, Readonly<Record<string, string>>, number]>([
  ['a client', {}, 200],
  ['localhost', { host: 'localhost:8080' }, 200],
  ['the IPv6 loopback', { host: '[::1]:8080' }, 200],
  ['a name that was bound to loopback', { host: 'evil.example' }, 403],
  ['a name that begins like loopback', { host: '127.0.0.1.evil.example' }, 403],
  ['a page', { origin: 'https://evil.example' }, 403],
  ['a page on loopback', { origin: 'http://127.0.0.1:3000' }, 403],
  ['a page without an origin', { 'sec-fetch-site': 'cross-site' }, 403],
])('%s is answered as it should be, on both ports', async ([, headers, expected]) => {
  expect(await statusOf(`${emulator.url}/v2/projects/p/locations/europe-west1/jobs`, headers)).toBe(expected)
  expect(await statusOf(`${emulator.controlUrl}/_control/counters`, headers)).toBe(expected)
})

test('a port that is in use is a clear failure', async () => {
  await expect(startCloudRunEmulator({ engine: 'none', port: Number(new URL(emulator.url).port) })).rejects.toThrow(
    'EADDRINUSE',
  )
})
