/** Google's own Node client, unchanged, against the emulator: what it cannot read is a mistake of ours. */
import { JobsClient, ExecutionsClient } from '@google-cloud/run'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Account, type TestEmulator, createAccount, eventually, startTestEmulator } from '../testing/client.ts'

let emulator: TestEmulator
let jobs: JobsClient
let executions: ExecutionsClient
const parent = 'projects/acme/locations/europe-west1'

function clientOptions(account: Account) {
  const { email, private_key, private_key_id } = account
  return {
    fallback: true,
    protocol: 'http',
    apiEndpoint: '127.0.0.1',
    port: Number(new URL(emulator.url).port),
    projectId: account.project_id,
    credentials: {
      client_email: email,
      private_key: private_key.export({ type: 'pkcs8', format: 'pem' }).toString(),
      private_key_id,
    },
  } as const
}

beforeAll(async () => {
  emulator = await startTestEmulator()
  jobs = new JobsClient(clientOptions(emulator.account))
  executions = new ExecutionsClient(clientOptions(emulator.account))
})
afterAll(async () => {
  await Promise.all([jobs.close(), executions.close()])
  await emulator.close()
})

const job = (script: string) => ({
  template: {
    template: { maxRetries: 0, containers: [{ image: 'registry.example/flow:1', command: ['sh', '-c', script] }] },
  },
})

test('creates with a token, reads, lists and deletes', async () => {
  const [operation] = await jobs.createJob({
    parent,
    jobId: 'one',
    job: { ...job('exit 3'), startExecutionToken: 'a1', labels: { a: 'b' } },
  })
  const [created] = await operation.promise()
  expect(created).toMatchObject({ name: `${parent}/jobs/one`, executionCount: 1 })
  const [read] = await jobs.getJob({ name: `${parent}/jobs/one` })
  expect(read).toMatchObject({ labels: { a: 'b' }, terminalCondition: { type: 'Ready', state: 'CONDITION_SUCCEEDED' } })
  const execution = await eventually(async () => {
    const [found] = await executions.getExecution({ name: `${parent}/jobs/one/executions/one-a1` })
    expect(found.completionTime).not.toBeNull()
    return found
  })
  expect(execution.failedCount).toBe(1)
  expect(execution.conditions?.[0]).toMatchObject({
    type: 'Completed',
    state: 'CONDITION_FAILED',
    executionReason: 'NON_ZERO_EXIT_CODE',
  })
  const [listed] = await jobs.listJobs({ parent })
  expect(listed.map(({ name }) => name)).toEqual([`${parent}/jobs/one`])
  const [everywhere] = await executions.listExecutions({ parent: `${parent}/jobs/-` })
  expect(everywhere).toHaveLength(1)
  const [deletion] = await jobs.deleteJob({ name: `${parent}/jobs/one` })
  await deletion.promise()
  await expect(jobs.getJob({ name: `${parent}/jobs/one` })).rejects.toMatchObject({ code: 5 })
})

test('runs with overrides and waits for the end', async () => {
  const [creation] = await jobs.createJob({ parent, jobId: 'two', job: job('test "$A" = b') })
  await creation.promise()
  const [run] = await jobs.runJob({
    name: `${parent}/jobs/two`,
    overrides: { containerOverrides: [{ env: [{ name: 'A', value: 'b' }] }] },
  })
  const [execution] = await run.promise()
  expect(execution).toMatchObject({ succeededCount: 1 })
})

test('a job that exists and a job that is wrong are errors with their codes', async () => {
  const request = { parent, jobId: 'three', job: job('true') }
  await (await jobs.createJob(request))[0].promise()
  await expect(jobs.createJob(request)).rejects.toMatchObject({ code: 6 })
  const wrong = { parent, jobId: 'Four', job: job('true') }
  await expect(jobs.createJob(wrong)).rejects.toMatchObject({
    code: 3,
    statusDetails: [{ fieldViolations: [{ field: 'job_id' }] }],
  })
})

test('a key that the emulator does not know is refused', async () => {
  const stranger = new JobsClient(clientOptions(createAccount('stranger@acme.iam.gserviceaccount.com')))
  await expect(stranger.getJob({ name: `${parent}/jobs/one` })).rejects.toMatchObject({ code: 16 })
  await stranger.close()
})
