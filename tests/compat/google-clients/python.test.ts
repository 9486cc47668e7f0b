/** Google's own Python client, and Prefect's models on top of another one, unchanged, against the Cloud Run emulator. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { startCloudRunEmulator } from '@slipway/emulators'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { controlOf } from '../../support/control.ts'
import { makeServiceAccount } from '../../support/service-account.ts'

type Emulator = Awaited<ReturnType<typeof startCloudRunEmulator>>

const python = process.env['SLIPWAY_TEST_PYTHON'] ?? ''
if (python === '' && process.env['CI'] === 'true') {
  throw new Error('SLIPWAY_TEST_PYTHON must name a Python with google-cloud-run and prefect-gcp; "npm test" makes one')
}

const account = makeServiceAccount()
let emulator: Emulator

beforeAll(async () => {
  emulator = await startCloudRunEmulator()
  await controlOf(emulator.controlUrl).post('service-accounts', {
    email: account.email,
    project_id: account.key.project_id,
    private_key_id: account.key.private_key_id,
    public_key_pem: account.public_key_pem,
  })
})
afterAll(() => emulator.close())

/** What the script wrote; its own words when it failed. */
async function runScript(name: string): Promise<Record<string, unknown>> {
  const script = fileURLToPath(new URL(name, import.meta.url))
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'pipe'] })
  const key = { ...account.key, token_uri: `${emulator.url}/token` }
  child.stdin.end(JSON.stringify({ url: emulator.url, key }))
  const [output, complaints, code] = await Promise.all([
    child.stdout.setEncoding('utf8').toArray(),
    child.stderr.setEncoding('utf8').toArray(),
    new Promise<number | null>((resolve) => child.once('exit', resolve)),
  ])
  if (code !== 0) throw new Error(`${name} failed:\n${complaints.join('')}`)
  return JSON.parse(output.join('')) as Record<string, unknown> // the script's own object
}

test.skipIf(python === '')("Google's Python client creates, runs, lists, reads and deletes", async () => {
  const answer = await runScript('cloud_run.py')
  for (const label of ['signed', 'exchanged']) {
    expect(answer[label]).toMatchObject({
      created: 'CONDITION_SUCCEEDED',
      again: { code: 409 },
      wrong: { code: 400, details: ['type.googleapis.com/google.rpc.BadRequest'] },
      failed_count: 1,
      condition: ['Completed', 'CONDITION_FAILED'],
      reason: 'NON_ZERO_EXIT_CODE',
      exit_code: 3,
      labels: { 'made-by': 'python' },
      completion_status: 'EXECUTION_FAILED',
      ran: 1,
      listed: [`py-${label}-run`, `py-${label}`],
      gone: { code: 404 },
    })
  }
  // Two jobs for each way to authenticate, one process for each job.
  expect(await controlOf(emulator.controlUrl).processStarts()).toBe(4)
})

test.skipIf(python === '')("Prefect's models read what the emulator answers", async () => {
  expect(await runScript('prefect_models.py')).toEqual({
    first_latest: {},
    execution: 'prefect-job',
    succeeded: true,
    condition: 'CONDITION_SUCCEEDED',
    latest_is_it: true,
  })
})
