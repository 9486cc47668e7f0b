import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fastify } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mountUi } from './static-ui.ts'

const dist = mkdtempSync(join(tmpdir(), 'slipway-ui-'))
const app = fastify()

beforeAll(() => {
  mkdirSync(join(dist, 'assets'))
  writeFileSync(join(dist, 'index.html'), '<base href="./" />')
  writeFileSync(join(dist, 'assets/a-1.js'), 'plain')
  writeFileSync(join(dist, 'assets/a-1.js.br'), 'brotli')
  mountUi(app, dist)
})
afterAll(async () => {
  await app.close()
  rmSync(dist, { recursive: true })
})

test.for([
  ['/', './'],
  ['/runs', './'],
  ['/runs/flow-run/1', '../../'],
] as const)('the page at %s finds its assets at %s', async ([url, base]) => {
  const { body, headers } = await app.inject({ url })
  expect(body).toBe(`<base href="${base}" />`)
  expect(headers['content-security-policy']).toContain("default-src 'self'")
})

test('an asset comes compressed to who takes it, and never changes', async () => {
  const url = '/assets/a-1.js'
  const compressed = await app.inject({ url, headers: { 'accept-encoding': 'gzip, br' } })
  expect([compressed.body, compressed.headers['content-encoding']]).toEqual(['brotli', 'br'])
  expect(compressed.headers['cache-control']).toContain('immutable')
  expect((await app.inject({ url })).body).toBe('plain')
})

test.for(['/assets/none.js', '/assets/../index.html', '/assets/%2e%2e/index.html', '/api/none'])(
  '%s is the path of nothing',
  async (url) => expect((await app.inject({ url })).statusCode).toBe(404),
)

test('before the build, the page says how to build it', async () => {
  const unbuilt = fastify()
  mountUi(unbuilt, join(dist, 'nowhere'))
  expect((await unbuilt.inject({ url: '/' })).body).toContain('npm run build -w @slipway/ui')
  await unbuilt.close()
})
