import { existsSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type TestEmulator, eventually, shellJob, startTestEmulator } from './testing/client.ts'

let emulator: TestEmulator

beforeAll(async () => {
  process.env['SLIPWAY_EMULATOR_TEST_LEAK'] = 'must not be seen'
  emulator = await startTestEmulator()
})
beforeEach(() => emulator.control('POST', 'reset'))
afterAll(async () => {
  delete process.env['SLIPWAY_EMULATOR_TEST_LEAK']
  await emulator.close()
})

async function start(script: string, changes: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const created = await emulator.call(
    'POST',
    `${emulator.region}/jobs?jobId=j`,
    shellJob(script, { startExecutionToken: 'a1', ...changes }),
  )
  expect(created.status).toBe(200)
}

interface Seen {
  readonly status: string
  readonly message: string | null
  readonly tasks: readonly {
    readonly retried: number
    readonly last_attempt: unknown
    readonly handle: string | null
  }[]
  readonly log: readonly { readonly stream: string; readonly text: string }[]
}

async function see(): Promise<Seen> {
  const { body } = await emulator.control('GET', 'executions')
  const [execution] = body['executions'] as Seen[] // the control port's own shape
  if (execution === undefined) throw new Error('No execution yet')
  return execution
}

/** The execution once it has the status. */
const until = (status: string): Promise<Seen> =>
  eventually(async () => {
    const execution = await see()
    expect(execution.status).toBe(status)
    return execution
  })

/** Waits for a line of output, which tells that the script is where it should be. */
const untilSaid = (text: string): Promise<Seen> =>
  eventually(async () => {
    const execution = await see()
    expect(execution.log.map((line) => line.text)).toContain(text)
    return execution
  })

const pidOf = (execution: Seen): number => Number(execution.tasks[0]?.handle?.split(':')[0])
/** A zombie that nobody has waited for yet has no program any more. */
const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}/exe`)

test('a process gets the declared environment, PATH and HOME, and nothing else', async () => {
  await start('', { container: { command: ['env'], env: [{ name: 'DECLARED', value: 'one\ntwo' }] } })
  const { log } = await until('succeeded')
  const lines = log.map(({ text }) => text)
  const names = lines.filter((line) => line.includes('=')).map((line) => line.split('=')[0])
  expect(names.toSorted((a = '', b = '') => a.localeCompare(b))).toEqual(['DECLARED', 'HOME', 'PATH'])
  expect(lines).toContain('two')
})

test('a process has a folder of its own, which goes with it', async () => {
  await start('pwd; echo "$HOME"; touch here; ls')
  const { log } = await until('succeeded')
  const [cwd, home, listing] = log.map(({ text }) => text)
  expect(cwd).toBe(home)
  expect(listing).toBe('here')
  expect(existsSync(cwd ?? '')).toBe(false)
})

test('the container contract can be switched on', async () => {
  await emulator.control('POST', 'settings', { container_contract_env: true })
  await start('echo "$CLOUD_RUN_JOB $CLOUD_RUN_EXECUTION $CLOUD_RUN_TASK_INDEX/$CLOUD_RUN_TASK_COUNT"')
  const { log } = await until('succeeded')
  expect(log).toEqual([{ stream: 'stdout', text: 'j j-a1 0/1' }])
})

test.for<[string, string, unknown, string]>([
  [
    'an exit code',
    'exit 3',
    { exit_code: 3, term_signal: null, message: null },
    'Task j-a1-task0 failed with exit code 3',
  ],
  [
    'a signal',
    'kill -9 $$',
    { exit_code: null, term_signal: 9, message: null },
    'Task j-a1-task0 failed with signal 9',
  ],
])('%s is told as it was', async ([, script, last_attempt, message]) => {
  await start(script)
  const execution = await until('failed')
  expect(execution.message).toBe(message)
  expect(execution.tasks).toMatchObject([{ last_attempt }])
})

test.for<[string, Readonly<Record<string, unknown>>, string]>([
  ['no command', { container: { command: [] } }, 'has no command in this emulator'],
  [
    'a command that is not there',
    { container: { command: ['no-such-command-anywhere'] } },
    'was not found on the emulator',
  ],
  [
    'a folder that is not there',
    { container: { workingDir: '/no/such/folder' } },
    'The working directory /no/such/folder does not exist',
  ],
])('%s fails with the reason and counts as no start', async ([, changes, reason]) => {
  await start('true', changes)
  expect((await until('failed')).message).toContain(reason)
  expect((await emulator.control('GET', 'counters')).body).toMatchObject({ process_starts: 0 })
})

test('starts are counted by job, flow run and submission', async () => {
  const env = [
    { name: 'PREFECT__FLOW_RUN_ID', value: 'run-1' },
    { name: 'SLIPWAY_SUBMISSION_ID', value: 'submission-1' },
  ]
  await start('true', { container: { env } })
  await until('succeeded')
  expect((await emulator.control('GET', 'counters')).body).toEqual({
    process_starts: 1,
    by_job: { j: 1 },
    by_flow_run_id: { 'run-1': 1 },
    by_submission_id: { 'submission-1': 1 },
  })
})

test('retries start the process again, as often as allowed', async () => {
  await start('exit 1', { template: { maxRetries: 2 } })
  expect((await until('failed')).tasks).toMatchObject([{ retried: 2 }])
  expect((await emulator.control('GET', 'counters')).body).toMatchObject({ process_starts: 3 })
})

test('a timeout asks first and kills after the grace', async () => {
  // Long enough for a shell on a busy machine to run its trap, which `wait` lets it do at once.
  await emulator.control('POST', 'settings', { stop_grace_ms: 2_000 })
  await start(`trap 'echo asked' TERM; echo up; while :; do sleep 0.05 & wait $!; done`, {
    template: { timeout: '3600s' },
  })
  const pid = pidOf(await untilSaid('up'))
  await emulator.control('POST', 'clock', { advance_ms: 3_600_000 })
  const execution = await until('failed')
  expect(execution.message).toContain('The configured timeout was reached.')
  expect(execution.tasks).toMatchObject([{ last_attempt: { term_signal: 9 } }])
  expect(execution.log.map(({ text }) => text)).toContain('asked')
  expect(isAlive(pid)).toBe(false)
})

test('cancelling stops the whole process group', async () => {
  await start('sleep 600 & echo child $!; wait')
  const execution = await eventually(async () => {
    const seen = await see()
    expect(seen.log).toHaveLength(1)
    return seen
  })
  const child = Number(execution.log[0]?.text.split(' ')[1])
  await emulator.call('POST', `${emulator.region}/jobs/j/executions/j-a1:cancel`, {})
  await until('cancelled')
  await eventually(async () => expect(isAlive(child)).toBe(false))
})

test('deleting the job stops its process', async () => {
  await start('echo up; sleep 600')
  const pid = pidOf(await untilSaid('up'))
  const deleted = await emulator.call('DELETE', `${emulator.region}/jobs/j`)
  await emulator.call('POST', `/v2/${String(deleted.body['name'])}:wait`, {})
  expect(isAlive(pid)).toBe(false)
})

test('what a process leaves behind in its group is killed when it ends', async () => {
  await start('sleep 600 & echo $!')
  const { log } = await until('succeeded')
  await eventually(async () => expect(isAlive(Number(log[0]?.text))).toBe(false))
})

test('a preempted machine starts the task again without a retry', async () => {
  await start('echo up; test -n "$SECOND" || sleep 600')
  await untilSaid('up')
  await emulator.control('POST', 'executions', { name: 'j-a1', action: 'preempt' })
  await eventually(async () => expect((await see()).log).toHaveLength(2))
  expect((await emulator.control('GET', 'counters')).body).toMatchObject({ process_starts: 2 })
  await emulator.control('POST', 'executions', { name: 'j-a1', action: 'kill' })
  expect((await until('failed')).tasks).toMatchObject([{ retried: 0, last_attempt: { term_signal: 9 } }])
})

test('secrets reach the environment', async () => {
  await emulator.control('POST', 'secrets', { project_id: 'acme', secret: 'api-key', value: 's3cret' })
  const env = [{ name: 'KEY', valueSource: { secretKeyRef: { secret: 'api-key', version: 'latest' } } }]
  await start('echo "$KEY"', { container: { env } })
  expect((await until('succeeded')).log).toEqual([{ stream: 'stdout', text: 's3cret' }])
})

test('Cloud Logging tells what the container wrote', async () => {
  await start('echo one; echo two >&2; echo \'{"severity":"ERROR","message":"three"}\'; exit 1')
  await until('failed')
  const filter =
    'resource.type="cloud_run_job" AND resource.labels.job_name="j" AND labels."run.googleapis.com/execution_name"="j-a1" AND timestamp>="2020-01-01T00:00:00Z"'
  const list = (changes: Record<string, unknown> = {}) =>
    emulator.call('POST', '/v2/entries:list', {
      resourceNames: ['projects/acme'],
      filter,
      orderBy: 'timestamp desc',
      pageSize: 2,
      ...changes,
    })
  const first = await list()
  expect(first.body['entries']).toHaveLength(2)
  const rest = await list({ pageToken: first.body['nextPageToken'] })
  const all = [...(first.body['entries'] as object[]), ...(rest.body['entries'] as object[])] // entries of both pages
  expect(all).toHaveLength(3)
  expect(all).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        textPayload: 'one',
        severity: 'DEFAULT',
        logName: 'projects/acme/logs/run.googleapis.com%2Fstdout',
      }),
      expect.objectContaining({ textPayload: 'two', logName: 'projects/acme/logs/run.googleapis.com%2Fstderr' }),
      expect.objectContaining({ jsonPayload: { severity: 'ERROR', message: 'three' }, severity: 'ERROR' }),
    ]),
  )
  expect((await list({ filter: `${filter} severity>=ERROR` })).body['entries']).toHaveLength(1)
  expect((await list({ filter: 'resource.labels.job_name="other"' })).body).toEqual({})
  expect((await list({ filter: 'this OR that' })).status).toBe(400)
  expect((await list({ filtre: '' })).status).toBe(400)
  expect((await list({ resourceNames: [] })).status).toBe(400)
})
