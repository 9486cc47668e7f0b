import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { spawnCli } from '../../testing/cli-process.ts'

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-cli-'))
})

afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

test('a server tells a program where it serves, and ends when that program is gone', { timeout: 60_000 }, async () => {
  const data = join(folder, 'data')
  const args = ['server', 'start', '--port', '0', '--data-dir', data, '--log-level', 'warn']
  const server = spawnCli([...args, '--json', '--stop-with-stdin'])
  const { event, url, api_url } = JSON.parse(await server.firstLine) as Record<string, string>
  expect(event).toBe('listening')
  expect(api_url).toBe(`${url}/api`)
  expect(await (await fetch(`${api_url}/health`)).json()).toBe(true)
  server.child.stdin?.end()
  expect(await server.ended).toMatchObject({ code: 0, err: '' })
})
