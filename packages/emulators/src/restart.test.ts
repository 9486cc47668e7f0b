import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createAccount, eventually, shellJob, startTestEmulator } from './testing/client.ts'

let stateDir: string
const account = createAccount()

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'slipway-restart-'))
})
afterEach(() => rmSync(stateDir, { recursive: true, force: true }))

const job = (script: string) => shellJob(script, { startExecutionToken: 'a1' })

test('jobs, accounts and counters survive a restart; what ran has failed', async () => {
  const before = await startTestEmulator({ stateDir, account })
  await before.call('POST', `${before.region}/jobs?jobId=done`, job('exit 0'))
  await before.call('POST', `${before.region}/jobs?jobId=lost`, job('sleep 600'))
  const pid = await eventually(async () => {
    const { text, body } = await before.control('GET', 'executions')
    expect(text).toContain('"succeeded"')
    const found = /"handle":"(\d+):/.exec(text)?.[1]
    expect(found).toBeDefined()
    expect(body['executions']).toHaveLength(2)
    return Number(found)
  })
  await before.close()
  expect(existsSync(`/proc/${pid}`)).toBe(false)

  const after = await startTestEmulator({ stateDir, account })
  try {
    expect((await after.call('GET', `${after.region}/jobs/done`)).body).toMatchObject({
      latestCreatedExecution: { completionStatus: 'EXECUTION_SUCCEEDED' },
    })
    const lost = await after.call('GET', `${after.region}/jobs/lost/executions/lost-a1`)
    expect(lost.body).toMatchObject({
      failedCount: 1,
      conditions: [{ state: 'CONDITION_FAILED', message: expect.stringContaining('The instance was lost') }, {}, {}],
    })
    expect((await after.control('GET', 'counters')).body).toMatchObject({
      process_starts: 2,
      by_job: { done: 1, lost: 1 },
    })
    expect((await after.call('POST', `${after.region}/jobs?jobId=done`, job('exit 0'))).status).toBe(409)
  } finally {
    await after.close()
  }
})

test('without processes an execution goes on after a restart and is not counted again', async () => {
  const before = await startTestEmulator({ stateDir, account, engine: 'none' })
  await before.call('POST', `${before.region}/jobs?jobId=j`, job('true'))
  await eventually(async () =>
    expect((await before.control('GET', 'counters')).body).toMatchObject({ process_starts: 1 }),
  )
  await before.close()
  const after = await startTestEmulator({ stateDir, account, engine: 'none' })
  try {
    await eventually(async () =>
      expect((await after.control('POST', 'executions', { name: 'j-a1', action: 'complete' })).status).toBe(200),
    )
    await eventually(async () =>
      expect((await after.call('GET', `${after.region}/jobs/j`)).text).toContain('EXECUTION_SUCCEEDED'),
    )
    expect((await after.control('GET', 'counters')).body).toMatchObject({ process_starts: 1 })
  } finally {
    await after.close()
  }
})

async function startProgram(
  args: readonly string[],
): Promise<{ readonly child: ChildProcess; readonly ready: Record<string, unknown> }> {
  const main = fileURLToPath(new URL('./main.ts', import.meta.url))
  const child = spawn(
    process.execPath,
    ['--conditions=source', main, '--state-dir', stateDir, '--auth', 'off', ...args],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const line = await new Promise<string>((resolve) => createInterface({ input: child.stdout }).once('line', resolve))
  return { child, ready: JSON.parse(line) as Record<string, unknown> } // the program's one line
}

const exited = (child: ChildProcess): Promise<number | null> =>
  child.exitCode === null ? new Promise((resolve) => child.once('exit', resolve)) : Promise.resolve(child.exitCode)

test('the program says where it listens and takes its processes along, by SIGTERM or after SIGKILL', async () => {
  const headers = { 'content-type': 'application/json' }
  const pids: number[] = []
  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    const { child, ready } = await startProgram([])
    expect(ready).toMatchObject({ event: 'listening', engine: 'process', pid: child.pid })
    const url = `${String(ready['url'])}/v2/projects/acme/locations/europe-west1/jobs?jobId=${signal.toLowerCase()}`
    await fetch(url, { method: 'POST', headers, body: JSON.stringify(job('sleep 600')) })
    pids.push(
      await eventually(async () => {
        const text = await (await fetch(`${String(ready['control_url'])}/_control/executions`)).text()
        const found = /"status":"running","retried":0,"handle":"(\d+):/.exec(text)?.[1]
        expect(found).toBeDefined()
        expect(readFileSync(join(stateDir, 'cloud-run.json'), 'utf8')).toContain(`"handle":"${found ?? ''}:`)
        return Number(found)
      }),
    )
    child.kill(signal)
    expect(await exited(child)).toBe(signal === 'SIGTERM' ? 0 : null)
  }
  for (const pid of pids) await eventually(async () => expect(existsSync(`/proc/${pid}/exe`)).toBe(false))
})
