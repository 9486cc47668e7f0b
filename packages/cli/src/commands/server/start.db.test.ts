import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CliProcess, spawnCli } from '../../testing/cli-process.ts'

const QUIET = ['--log-level', 'warn']
let folder = ''
let server: CliProcess
let url = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-cli-'))
  server = spawnCli(['server', 'start', '--port', '0', '--data-dir', join(folder, 'data'), '--json', ...QUIET])
  url = (JSON.parse(await server.firstLine) as { url: string }).url
})

afterAll(async () => {
  server.child.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

/** A server that must refuse to start: its whole output, which is to be one line. */
async function refusal(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  const { code, out, err } = await spawnCli(['server', 'start', '--port', '0', ...QUIET, ...args], env).ended
  expect(code).toBe(1)
  expect(out).toBe('')
  expect(err.trimEnd().split('\n')).toHaveLength(1)
  return err
}

test('the line that is printed names an address that serves', async () => {
  expect(await (await fetch(`${url}/api/health`)).json()).toBe(true)
})

test('a data directory in use, a taken port, a lost database and a bad setting are one line with the next step', async () => {
  const data = join(folder, 'data')
  expect(await refusal(['--data-dir', data])).toMatch(/is in use by another Slipway server .* Next: /)
  expect(await refusal(['--data-dir', join(folder, 'other'), '--port', new URL(url).port])).toMatch(
    /Port \d+ of 127\.0\.0\.1 is taken by another program\. Next: /,
  )
  const lost = ['--database-url', 'postgresql://u:secret@127.0.0.1:1/x', '--data-dir', join(folder, 'none')]
  const unreachable = await refusal(lost)
  expect(unreachable).toMatch(/Cannot reach PostgreSQL at 127\.0\.0\.1:1 .* Next: /)
  expect(unreachable).not.toContain('secret')
  expect(await refusal(['--host', '0.0.0.0'])).toContain('SLIPWAY_AUTH_STRING')
  expect(await refusal([], { SLIPWAY_PORT: 'x', SLIPWAY_ENCRYPTION_KEY: 'short' })).toContain('SLIPWAY_ENCRYPTION_KEY')
  expect(await readdir(folder)).not.toContain('none')
})

test('SIGTERM ends it with code 0 in ten seconds, and its data can be used again', async () => {
  const asked = performance.now()
  server.child.kill('SIGTERM')
  expect((await server.ended).code).toBe(0)
  expect(performance.now() - asked).toBeLessThan(10_000)
  const args = ['server', 'start', '--port', '0', '--data-dir', join(folder, 'data'), ...QUIET]
  const wrongKey = Buffer.alloc(32, 7).toString('base64')
  const refused = await spawnCli(args, { SLIPWAY_ENCRYPTION_KEY: wrongKey }).ended
  expect(refused.code).toBe(1)
  expect(refused.err).toMatch(/The encryption key .* is not the one that sealed this database/)
  const again = spawnCli(args)
  expect(await again.firstLine).toMatch(/^Slipway is listening on http:\/\/127\.0\.0\.1:\d+ /)
  again.child.kill('SIGINT')
  expect((await again.ended).code).toBe(0)
})
