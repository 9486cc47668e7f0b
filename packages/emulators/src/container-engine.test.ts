/** The command lines for podman and docker, against a stand-in that runs the container's command as a process. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startCloudRunEmulator } from './index.ts'
import { type TestEmulator, eventually, shellJob, startTestEmulator } from './testing/client.ts'

const realPath = process.env['PATH'] ?? ''
let dir: string
let emulator: TestEmulator

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-engine-'))
  const standIn = fileURLToPath(new URL('./testing/fake-engine.ts', import.meta.url))
  writeFileSync(join(dir, 'podman'), `#!/bin/sh\nexec '${process.execPath}' '${standIn}' '${dir}' "$@"\n`)
  writeFileSync(join(dir, 'docker'), '#!/bin/sh\necho "Cannot connect to the daemon" >&2\nexit 1\n')
  for (const name of ['podman', 'docker']) chmodSync(join(dir, name), 0o755)
  process.env['PATH'] = [dir, realPath].join(delimiter)
  emulator = await startTestEmulator({ engine: 'podman' })
})
afterAll(async () => {
  process.env['PATH'] = realPath
  await emulator.close()
  rmSync(dir, { recursive: true, force: true })
})

async function runToEnd(job_id: string, job: unknown): Promise<Record<string, unknown>> {
  await emulator.call('POST', `${emulator.region}/jobs?jobId=${job_id}`, job)
  return eventually(async () => {
    const { body } = await emulator.control('GET', 'executions')
    const executions = body['executions'] as Record<string, unknown>[] // the control port's own shape
    const mine = executions.find(({ name }) => String(name).endsWith(`/${job_id}-a1`))
    expect(mine?.['status']).toMatch(/succeeded|failed|cancelled/)
    return mine ?? {}
  })
}

test('a container gets its command, arguments and environment', async () => {
  const env = [
    { name: 'A', value: 'x y' },
    { name: 'LINES', value: 'one\ntwo' },
  ]
  const container = { env, command: ['sh', '-c'], args: ['echo "$A|$LINES|$1"', 'sh', 'argument'] }
  const execution = await runToEnd('good', shellJob('', { startExecutionToken: 'a1', container }))
  const log = [
    { stream: 'stdout', text: 'x y|one' },
    { stream: 'stdout', text: 'two|argument' },
  ]
  expect(execution).toMatchObject({ status: 'succeeded', log })
})

test('its exit code is told', async () => {
  const execution = await runToEnd('bad', shellJob('exit 3', { startExecutionToken: 'a1' }))
  expect(execution).toMatchObject({ status: 'failed', message: 'Task bad-a1-task0 failed with exit code 3' })
})

test('an image that cannot be had is no start', async () => {
  const before = (await emulator.control('GET', 'counters')).body['process_starts']
  const job = shellJob('true', { startExecutionToken: 'a1', container: { image: 'missing:1' } })
  expect(await runToEnd('none', job)).toMatchObject({ status: 'failed', message: expect.stringContaining('missing:1') })
  expect((await emulator.control('GET', 'counters')).body['process_starts']).toBe(before)
})

test('an engine that does not work is refused at the start', async () => {
  await expect(startCloudRunEmulator({ engine: 'docker' })).rejects.toThrow(
    'The engine docker does not work here: Cannot connect to the daemon. Start it, or use --engine process.',
  )
})
