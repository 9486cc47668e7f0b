import { afterEach, beforeEach, expect, test } from 'vitest'
import { type TestEmulator, eventually, shellJob, startTestEmulator } from '../testing/client.ts'

let emulator: TestEmulator

beforeEach(async () => {
  emulator = await startTestEmulator({ engine: 'none' })
})
afterEach(() => emulator.close())

const create = (job_id: string, job: unknown, query = '') =>
  emulator.call('POST', `${emulator.region}/jobs?jobId=${job_id}${query}`, job)
const get = (path: string) => emulator.call('GET', `${emulator.region}/${path}`)
const tokenJob = shellJob('true', { startExecutionToken: 'a1' })
const starts = async (): Promise<unknown> => (await emulator.control('GET', 'counters')).body['process_starts']

test('a job with a token is created and started in one call', async () => {
  const created = await create('j', tokenJob)
  expect(created.status).toBe(200)
  expect(created.body).not.toHaveProperty('done')
  expect(created.body['metadata']).toMatchObject({
    '@type': 'type.googleapis.com/google.cloud.run.v2.Job',
    reconciling: true,
  })
  const operation = `/v2/${String(created.body['name'])}`
  const finished = await eventually(async () => {
    const answer = await emulator.call('GET', operation)
    expect(answer.body['done']).toBe(true)
    return answer
  })
  expect(finished.body['response']).toMatchObject({
    '@type': 'type.googleapis.com/google.cloud.run.v2.Job',
    executionCount: 1,
  })
  const job = await get('jobs/j')
  expect(job.body).toMatchObject({
    name: 'projects/acme/locations/europe-west1/jobs/j',
    generation: '1',
    terminalCondition: { type: 'Ready', state: 'CONDITION_SUCCEEDED' },
    latestCreatedExecution: {
      name: 'projects/acme/locations/europe-west1/jobs/j/executions/j-a1',
      completionStatus: 'EXECUTION_RUNNING',
    },
  })
  for (const field of ['uid', 'etag', 'createTime', 'updateTime', 'creator']) expect(job.body).toHaveProperty(field)
  const execution = await get('jobs/j/executions/j-a1')
  expect(execution.body).toMatchObject({
    job: 'j',
    parallelism: 1,
    taskCount: 1,
    runningCount: 1,
    template: { maxRetries: 0 },
  })
  for (const field of ['uid', 'etag', 'createTime', 'updateTime', 'logUri'])
    expect(execution.body).toHaveProperty(field)
})

test('eight submitters of the same job get one process', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => create('j', tokenJob)))
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
    200, 409, 409, 409, 409, 409, 409, 409,
  ])
  expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({ error: { status: 'ALREADY_EXISTS' } })
  await eventually(async () => expect(await starts()).toBe(1))
  expect((await get('jobs/-/executions')).body['executions']).toHaveLength(1)
})

test('a job without a token waits to be run, and knows what it ran', async () => {
  await create('j', shellJob('true'))
  expect((await get('jobs/j')).body['latestCreatedExecution']).toEqual({})
  await eventually(async () => expect((await get('jobs/j')).text).toContain('"CONDITION_SUCCEEDED"'))
  const body = {
    overrides: { timeout: '5s', taskCount: 2, containerOverrides: [{ args: ['x'], env: [{ name: 'B', value: '2' }] }] },
  }
  const run = await emulator.call('POST', `${emulator.region}/jobs/j:run`, body)
  expect(run.body).not.toHaveProperty('done')
  const name = String((run.body['metadata'] as Record<string, unknown>)['name']) // an Execution in an Any
  const execution = await emulator.call('GET', `/v2/${name}`)
  expect(execution.body).toMatchObject({
    taskCount: 2,
    template: { timeout: '5s', containers: [{ args: ['x'], env: [{ name: 'B', value: '2' }] }] },
  })
  await eventually(async () => expect(await starts()).toBe(2))
  await emulator.control('POST', 'executions', { name, action: 'complete' })
  const waited = await emulator.call('POST', `/v2/${String(run.body['name'])}:wait`, { timeout: '20s' })
  expect(waited.body).toMatchObject({ done: true, response: { succeededCount: 2 } })
  expect((await get('jobs/j')).body).toMatchObject({
    executionCount: 1,
    latestCreatedExecution: { name, completionStatus: 'EXECUTION_SUCCEEDED' },
  })
})

test('a failed execution says why', async () => {
  await create('j', tokenJob)
  await eventually(async () => expect(await starts()).toBe(1))
  await emulator.control('POST', 'executions', { name: 'j-a1', action: 'fail', exit_code: 3 })
  const execution = await eventually(async () => {
    const answer = await get('jobs/j/executions/j-a1')
    expect(answer.body).toHaveProperty('completionTime')
    return answer
  })
  expect(execution.body).toMatchObject({
    failedCount: 1,
    conditions: [
      {
        type: 'Completed',
        state: 'CONDITION_FAILED',
        executionReason: 'NON_ZERO_EXIT_CODE',
        message: 'Task j-a1-task0 failed with exit code 3',
      },
      {},
      {},
    ],
  })
  expect((await get('jobs/j/executions/j-a1/tasks')).body['tasks']).toMatchObject([
    { lastAttemptResult: { exitCode: 3 } },
  ])
  expect((await get('jobs/j/executions/j-a1/tasks/j-a1-task0')).status).toBe(200)
  expect((await get('jobs/j')).body['latestCreatedExecution']).toMatchObject({ completionStatus: 'EXECUTION_FAILED' })
})

test('a cancelled execution ends as cancelled', async () => {
  await create('j', tokenJob)
  await eventually(async () => expect(await starts()).toBe(1))
  const cancel = await emulator.call('POST', `${emulator.region}/jobs/j/executions/j-a1:cancel`, {})
  await emulator.call('POST', `/v2/${String(cancel.body['name'])}:wait`, {})
  expect((await get('jobs/j/executions/j-a1')).body).toMatchObject({
    cancelledCount: 1,
    conditions: [{ executionReason: 'CANCELLED' }, {}, {}],
  })
  expect((await emulator.call('POST', `${emulator.region}/jobs/j/executions/j-a1:cancel`, {})).body).toMatchObject({
    error: { status: 'FAILED_PRECONDITION' },
  })
})

test('deleting a job takes its executions along', async () => {
  await create('j', tokenJob)
  await eventually(async () => expect(await starts()).toBe(1))
  const deleted = await emulator.call('DELETE', `${emulator.region}/jobs/j`)
  expect(deleted.body).not.toHaveProperty('done')
  expect((await get('jobs/j')).body).toMatchObject({ error: { code: 404, status: 'NOT_FOUND' } })
  expect((await get('jobs/j/executions/j-a1')).status).toBe(404)
  const waited = await emulator.call('POST', `/v2/${String(deleted.body['name'])}:wait`, {})
  expect(waited.body).toMatchObject({ done: true, response: { name: 'projects/acme/locations/europe-west1/jobs/j' } })
})

test('a change raises the generation and wants the right etag', async () => {
  await create('j', shellJob('true'))
  const before = await get('jobs/j')
  const stale = await emulator.call('PATCH', `${emulator.region}/jobs/j`, { ...shellJob('false'), etag: '"other"' })
  expect(stale).toMatchObject({ status: 409, body: { error: { status: 'ABORTED' } } })
  const changed = await emulator.call('PATCH', `${emulator.region}/jobs/j`, {
    ...shellJob('false'),
    etag: before.body['etag'],
    labels: { a: 'b' },
  })
  expect(changed.status).toBe(200)
  const after = await get('jobs/j')
  expect(after.body).toMatchObject({ generation: '2', labels: { a: 'b' } })
  expect(after.body['etag']).not.toBe(before.body['etag'])
  expect((await emulator.call('PATCH', `${emulator.region}/jobs/k`, shellJob('true'))).status).toBe(404)
  expect((await emulator.call('PATCH', `${emulator.region}/jobs/k?allowMissing=true`, shellJob('true'))).status).toBe(
    200,
  )
})

test('a request that only wants to be checked leaves nothing behind', async () => {
  const answer = await create('j', tokenJob, '&validateOnly=true')
  expect(answer.body).toMatchObject({ done: true, response: { launchStage: 'GA' } })
  expect((await get('jobs/j')).status).toBe(404)
  expect((await emulator.call('GET', `${emulator.region}/operations`)).body).toEqual({})
})

test('lists page from the newest to the oldest while jobs come and go', async () => {
  for (const job_id of ['a', 'b', 'c', 'd', 'e']) await create(job_id, shellJob('true'))
  const names = (body: Record<string, unknown>): unknown =>
    (body['jobs'] as { name: string }[]).map(({ name }) => name.at(-1)) // jobs of a list
  const first = await get('jobs?pageSize=2')
  expect(names(first.body)).toEqual(['e', 'd'])
  await create('f', shellJob('true'))
  await emulator.call('DELETE', `${emulator.region}/jobs/d`)
  const second = await get(`jobs?pageSize=2&pageToken=${String(first.body['nextPageToken'])}`)
  expect(names(second.body)).toEqual(['c', 'b'])
  const third = await get(`jobs?pageSize=2&pageToken=${String(second.body['nextPageToken'])}`)
  expect(names(third.body)).toEqual(['a'])
  expect(third.body).not.toHaveProperty('nextPageToken')
  expect((await get('jobs?pageToken=nonsense')).status).toBe(400)
  expect((await emulator.call('GET', '/v2/projects/acme/locations/us-east1/jobs')).body).toEqual({})
})

test.for<[string, string, unknown]>([
  ['missing', 'CONTAINER_MISSING', {}],
  ['denied', 'CONTAINER_PERMISSION_DENIED', {}],
  ['unauthorized', 'CONTAINER_IMAGE_UNAUTHORIZED', {}],
])('an image that is %s keeps the job from becoming ready', async ([status, reason]) => {
  await emulator.control('POST', 'images', { image: 'registry.example/flow:1', status })
  const created = await create('j', tokenJob)
  const waited = await emulator.call('POST', `/v2/${String(created.body['name'])}:wait`, {})
  expect(waited.body).toMatchObject({
    done: true,
    error: { message: expect.stringContaining('registry.example/flow:1') },
  })
  const { body } = await get('jobs/j')
  expect(body).toMatchObject({ terminalCondition: { state: 'CONDITION_FAILED', reason }, latestCreatedExecution: {} })
  expect(body).not.toHaveProperty('executionCount')
  expect(await starts()).toBe(0)
})

test('a secret that is not there keeps the job from becoming ready', async () => {
  const env = [{ name: 'KEY', valueSource: { secretKeyRef: { secret: 'api-key', version: 'latest' } } }]
  await create('j', shellJob('true', { startExecutionToken: 'a1', container: { env } }))
  await eventually(async () =>
    expect((await get('jobs/j')).body).toMatchObject({ terminalCondition: { reason: 'SECRETS_ACCESS_CHECK_FAILED' } }),
  )
})

test('what was seen in the field can be switched on', async () => {
  await emulator.control('POST', 'settings', {
    token_operation_without_response: true,
    refuse_run_of_tokenised_job: true,
  })
  const created = await create('j', tokenJob)
  const waited = await emulator.call('POST', `/v2/${String(created.body['name'])}:wait`, {})
  expect(waited.body).toMatchObject({ done: true })
  expect(waited.body).not.toHaveProperty('response')
  expect((await emulator.call('POST', `${emulator.region}/jobs/j:run`, {})).body).toMatchObject({
    error: { status: 'FAILED_PRECONDITION' },
  })
  await emulator.control('POST', 'settings', { token_needs_launch_stage: 'BETA' })
  expect((await create('k', tokenJob)).body).toMatchObject({ error: { message: 'Precondition check failed.' } })
  expect((await create('k', { ...tokenJob, launchStage: 'BETA' })).status).toBe(200)
})

test('a quota that is used up answers as Google does', async () => {
  await emulator.control('POST', 'settings', { writes_per_minute: 1, max_jobs: 1 })
  expect((await create('a', tokenJob)).status).toBe(200)
  const answer = await create('b', tokenJob)
  expect(answer).toMatchObject({
    status: 429,
    body: { error: { status: 'RESOURCE_EXHAUSTED', details: [{ reason: 'RATE_LIMIT_EXCEEDED' }, {}] } },
  })
  await emulator.control('POST', 'clock', { advance_ms: 61_000 })
  expect((await create('b', tokenJob)).text).toContain('QuotaFailure')
  expect((await get('jobs/a')).status).toBe(200)
})

test('unknown paths get a page, unknown parameters a violation, foreign calls a refusal', async () => {
  const page = await emulator.call('GET', '/v3/nothing')
  expect(page).toMatchObject({ status: 404, type: 'text/html; charset=UTF-8' })
  expect((await emulator.call('PUT', `${emulator.region}/jobs/j`)).status).toBe(404)
  const answer = await create('j', tokenJob, '&dryRun=true')
  expect(answer).toMatchObject({
    status: 400,
    body: {
      error: {
        details: [{ fieldViolations: [{ description: expect.stringContaining("Field 'dryRun' could not be found") }] }],
      },
    },
  })
  expect((await create('j', '{"template":')).text).toContain('Invalid JSON payload received.')
  expect((await create('j', '[]')).status).toBe(400)
  expect((await emulator.call('GET', `${emulator.region}/jobs/j:getIamPolicy`)).status).toBe(501)
  expect((await emulator.call('GET', '/v2/projects/acme/locations/nowhere/jobs')).status).toBe(404)
  expect((await get('jobs?fields=jobs.name&$alt=json;enum-encoding=int')).status).toBe(200)
})

test('enums are numbers for a client that asks for them', async () => {
  await create('j', tokenJob)
  const { body } = await get('jobs/j?$alt=json;enum-encoding=int')
  expect(body).toMatchObject({ launchStage: 4, terminalCondition: { state: expect.any(Number) } })
})
