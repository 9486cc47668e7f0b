import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Api, api } from '../support/api.ts'
import { createRun, makeDeployment, makePool, readRun, readStates, waitForState } from '../support/cloud-run-pool.ts'
import type { Emulator } from '../support/emulator.ts'
import { eventually } from '../support/eventually.ts'
import type { Slipway } from '../support/slipway.ts'
import { createStage } from '../support/stage.ts'

/** Every submission of a job meets it. */
const SUBMISSION = { method: 'POST', match: '/jobs\\?' }

const stage = createStage()
let emulator: Emulator
let server: Slipway
let client: Api
/** Deployments of the flows of tests/support/flows, by the flow's name. */
let deployments: Readonly<Record<'wordCount' | 'wait' | 'crash', string>>

beforeAll(async () => {
  emulator = await stage.emulator()
  server = await stage.slipway({
    settings: { ...emulator.settings, observe_interval_seconds: 1, report_grace_seconds: 1, discard_after_seconds: 1 },
  })
  client = api(server.apiUrl)
  await makePool(client, { key: emulator.key })
  const deploy = async (flow: string) => (await makeDeployment(client, { entrypoint: `word-count.ts:${flow}` })).id
  deployments = { wordCount: await deploy('wordCount'), wait: await deploy('wait'), crash: await deploy('crash') }
})
afterAll(async () => {
  await stage.close()
})
beforeEach(async () => {
  await emulator.control.delete('faults')
  await emulator.register()
})
afterEach(({ task }) => {
  if (task.result?.state === 'fail') console.error(server.log())
})

async function waitForMessage(id: string, text: RegExp) {
  return await eventually(
    async () => {
      const run = await readRun(client, id)
      return text.test(run.state.message ?? '') ? run : null
    },
    { what: () => `run ${id} to say ${text}:\n${server.log()}` },
  )
}

const executionOf = async (pid: string | null) =>
  (await emulator.executions()).find(({ name }) => pid !== null && name.includes(pid.split('/').at(-1) ?? pid))

test('a run is pushed at once, starts as a job, and is Completed with its states, logs and task runs', async () => {
  const { id } = await createRun(client, deployments.wordCount, { parameters: { words: ['push', 'pool'] } })
  const run = await waitForState(client, id)
  expect(run.state_type).toBe('COMPLETED')
  expect(run.run_count).toBe(1)
  expect(run.infrastructure_pid).toMatch(/slip/)
  const names = (await readStates(client, id)).map(({ name }) => name)
  expect(names.filter((name) => name !== 'InfrastructurePending')).toEqual([
    'Scheduled',
    'Pending',
    'Running',
    'Completed',
  ])
  expect(await emulator.starts(id)).toBe(1)

  const logs = await client.post<{ message: string }[]>('/logs/filter', {
    logs: { flow_run_id: { any_: [id] } },
    sort: 'TIMESTAMP_ASC',
  })
  expect(logs.map(({ message }) => message)).toEqual(
    expect.arrayContaining(['push has 4 letters', 'pool has 4 letters', '8 letters in all']),
  )
  const tasks = await eventually(
    async () => {
      const found = await client.post<{ name: string; state_type: string }[]>('/task_runs/filter', {
        flow_runs: { id: { any_: [id] } },
      })
      return found.length === 3 && found.every(({ state_type }) => state_type === 'COMPLETED') ? found : null
    },
    { what: 'three completed task runs' },
  )
  expect(tasks.map(({ name }) => name.replace(/-.*/, '')).toSorted()).toEqual(['count', 'count', 'sum'])
})

test('a run in the future is pushed within a second of its time, not before', async () => {
  const due = Date.now() + 3_000
  const scheduled_time = new Date(due).toISOString()
  const { id } = await createRun(client, deployments.wordCount, { scheduled_time })
  expect(await emulator.starts(id)).toBe(0)
  const run = await waitForState(client, id)
  expect(run.state_type).toBe('COMPLETED')
  const { requests } = (await emulator.control.get(`requests?method=POST&match=${encodeURIComponent('/jobs\\?')}`)) as {
    requests: { received_ms: number }[]
  }
  const late = (requests.at(-1)?.received_ms ?? 0) - due
  expect(late).toBeGreaterThanOrEqual(0)
  expect(late).toBeLessThan(1_000)
})

test('a running run that is cancelled stops, and so does its container', async () => {
  const { id } = await createRun(client, deployments.wait)
  await waitForState(client, id, ['RUNNING'])
  await client.post(`/flow_runs/${id}/set_state`, { state: { type: 'CANCELLING' } })
  const run = await waitForState(client, id)
  expect(run.state_type).toBe('CANCELLED')
  await expect
    .poll(async () => (await executionOf(run.infrastructure_pid))?.status ?? 'gone', { timeout: 30_000 })
    .not.toBe('running')
})

test('a run that is cancelled before its container reports is Cancelled, and its job is stopped', async () => {
  const silent = 'node -e "setInterval(() => {}, 1000)"'
  const { id: deployment } = await makeDeployment(client, { name: 'silent', job_variables: { command: silent } })
  const { id } = await createRun(client, deployment)
  await eventually(async () => (await emulator.starts(id)) === 1, { what: 'the container to start' })
  const { state_type, infrastructure_pid } = await readRun(client, id)
  expect(state_type).toBe('PENDING')
  await client.post(`/flow_runs/${id}/set_state`, { state: { type: 'CANCELLING' } })
  expect((await waitForState(client, id)).state_type).toBe('CANCELLED')
  await expect
    .poll(async () => (await executionOf(infrastructure_pid))?.status ?? 'gone', { timeout: 30_000 })
    .toMatch(/cancelled|gone/)
})

test('a container that dies makes the run Crashed, with its exit code and its last words', async () => {
  const { id } = await createRun(client, deployments.crash)
  const run = await waitForState(client, id)
  expect(run.state_type).toBe('CRASHED')
  expect(run.state.message).toMatch(/\b3\b/)
  const logs = await client.post<{ message: string }[]>('/logs/filter', { logs: { flow_run_id: { any_: [id] } } })
  expect(logs.map(({ message }) => message)).toContain('about to die of exit code 3')
})

test('a key that Google no longer accepts makes the run Crashed, and says what to change', async () => {
  await emulator.register({ private_key_id: '0'.repeat(40) })
  const { id } = await createRun(client, deployments.wordCount)
  const run = await waitForState(client, id)
  expect(run.state_type).toBe('CRASHED')
  expect(run.state.message).toMatch(/no longer accepted by Google .* Save a new key in the GCP Credentials block/)
  expect(await emulator.starts(id)).toBe(0)
})

test('a permission that is missing makes the run Crashed, and names it', async () => {
  await emulator.register({ permissions: ['run.jobs.get'] })
  const { id } = await createRun(client, deployments.wordCount)
  const run = await waitForState(client, id)
  expect(run.state_type).toBe('CRASHED')
  expect(run.state.message).toContain('run.jobs.create')
})

test.for([
  ['throttles', { when: 'before', status: 429 }, /Waiting for capacity of Cloud Run/],
  ['is out of order', { when: 'before', status: 503 }, /503/],
  ['cannot be reached', { when: 'reset', is_executed: false }, /could not be reached/],
] as const)('while the cloud %s the run waits and says why; then it runs', async ([, how, reason]) => {
  await emulator.fail({ ...SUBMISSION, ...how, times: 0 })
  const { id } = await createRun(client, deployments.wordCount)
  const waiting = await waitForMessage(id, reason)
  expect(waiting.state_type).toBe('PENDING')
  await emulator.control.delete('faults')
  expect((await waitForState(client, id)).state_type).toBe('COMPLETED')
  expect(await emulator.starts(id)).toBe(1)
})

test('jobs of runs that are over are removed from the cloud', async () => {
  await expect.poll(async () => (await emulator.executions()).map(({ name }) => name), { timeout: 45_000 }).toEqual([])
})
