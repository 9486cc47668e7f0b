/**
 * Requests that Schemathesis generates from openapi.json, the same ones each time. No answer may be a 5xx, have a status
 * that the document does not name, or a body that its schema does not describe. With SLIPWAY_FUZZ_EXAMPLES=200 it asks
 * other requests each time, and more, with boundary values and sequences: about 20 minutes.
 */
import { spawn } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { python } from '../../support/prefect.ts'
import type { Slipway } from '../../support/slipway.ts'
import { createStage } from '../../support/stage.ts'

const FEW = 3
const asked = process.env['SLIPWAY_FUZZ_EXAMPLES'] ?? ''
const examples = asked === '' ? FEW : Number(asked)
const LONGEST_MS = asked === '' ? 180_000 : 3_600_000

const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
]

const stage = createStage()
let server: Slipway
let home = ''

beforeAll(async () => {
  if (python === '') return
  home = join(await stage.dataDir(), '..', 'fuzz')
  await mkdir(home, { recursive: true })
  // Whatever pools are made up: nothing leaves this computer.
  server = await stage.slipway({ settings: { gcp_run_endpoint: 'http://127.0.0.1:9' } })
})
afterAll(() => stage.close())

async function schemathesis(): Promise<{ readonly code: number | null; readonly output: string }> {
  const choice =
    asked === ''
      ? '--phases fuzzing --generation-deterministic'
      : '--phases coverage,fuzzing,stateful --generation-database none'
  const options =
    `${choice} --max-examples ${examples} --checks ${CHECKS.join(',')} --continue-on-failure --no-shrink ` +
    '--suppress-health-check all --warnings off --request-timeout 20 --no-color'
  const args = ['run', `${server.url}/openapi.json`, '--url', server.apiUrl, ...options.split(' ')]
  const child = spawn(join(dirname(python), 'schemathesis'), args, {
    cwd: home,
    env: { PATH: process.env['PATH'], HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [output, complaints, code] = await Promise.all([
    child.stdout.setEncoding('utf8').toArray(),
    child.stderr.setEncoding('utf8').toArray(),
    new Promise<number | null>((resolve, reject) => child.once('exit', resolve).once('error', reject)),
  ])
  return { code, output: [...output, ...complaints].join('') }
}

test.skipIf(python === '')(
  'no generated request is answered with anything but what openapi.json promises',
  async () => {
    const { code, output } = await schemathesis()
    expect(code, `${output}\n${server.log()}`).toBe(0)
    expect(output).toMatch(/Tested: \d{3}/)
  },
  LONGEST_MS,
)
