import { expect, test } from 'vitest'
import { EXIT, runContainer } from './run-container.ts'
import { FLOW_RUN_ID, proposal, proposalReply, startFakeApi, type FakeApi } from './testing/fake-api.test-support.ts'
import { createTestHost, type TestHost } from './testing/test-host.test-support.ts'

const PROPOSE = 'POST /flow_runs/:id/set_state'

interface Stage {
  readonly api: FakeApi
  readonly host: TestHost
}

async function withContainer(
  flow: string,
  env: Readonly<Record<string, string>>,
  work: (stage: Stage) => Promise<void>,
): Promise<void> {
  const api = await startFakeApi({ authorization: 'Basic cnVuOnRva2Vu', token: 'run:token' })
  Object.assign(api.deployment, {
    entrypoint: `flows.test-support.ts:${flow}`,
    pull_steps: [
      { 'prefect.deployments.steps.set_working_directory': { directory: `${import.meta.dirname}/testing` } },
    ],
  })
  const host = createTestHost({
    PREFECT_API_URL: api.url,
    PREFECT_API_AUTH_STRING: 'run:token',
    PREFECT__FLOW_RUN_ID: FLOW_RUN_ID,
    ...env,
  })
  try {
    await work({ api, host })
  } finally {
    await api.close()
  }
}

test('a deployed run: nothing of the user is loaded before the run is won; tasks, logs and state arrive; exit 0', async () => {
  await withContainer('sum', {}, async ({ api, host }) => {
    api.run.parameters = { numbers: [1, 2] }
    expect(await runContainer(host)).toBe(EXIT.done)
    expect(api.calls.filter((call) => !/EVENT|\/events|logs/.test(call))).toEqual([
      'GET /flow_runs/:id',
      'GET /flows/:flow',
      `${PROPOSE} RUNNING`,
      'GET /deployments/:deployment',
      'PATCH /flow_runs/:id',
      `${PROPOSE} COMPLETED`,
    ])
    expect(api.run).toMatchObject({ flow_version: 'v7', state: { type: 'COMPLETED' } })
    const names = api.events.map((event) => event.event)
    expect(names.filter((name) => name === 'prefect.task-run.Completed')).toHaveLength(2)
    const [flow, deployment] = api.events[0]?.related ?? []
    expect(flow).toMatchObject({ 'prefect.resource.role': 'flow', 'prefect.resource.name': 'demo-flow' })
    expect(deployment).toMatchObject({ 'prefect.resource.role': 'deployment' })
    expect(api.logBatches.flat().map((line) => line.message)).toContain('doubling 2')
    expect(host.printed.join('\n')).not.toContain('run:token')
  })
})

test('a failed flow is reported; exit 0', async () => {
  await withContainer('broken', { PREFECT__FLOW_NAME: 'broken' }, async ({ api, host }) => {
    expect(await runContainer(host)).toBe(EXIT.done)
    expect(api.run.state).toMatchObject({ type: 'FAILED', message: 'TypeError: out of cheese' })
    expect(api.calls).not.toContain('GET /flows/:flow')
  })
})

test('the retries of the flow are told before it runs, and the rest of the policy is kept', async () => {
  await withContainer('retried', {}, async ({ api, host }) => {
    api.run.empirical_policy['pause_keys'] = ['1']
    expect(await runContainer(host)).toBe(EXIT.done)
    expect(api.run.empirical_policy).toMatchObject({ retries: 3, retry_delay: 2, pause_keys: ['1'] })
  })
})

test('a container that lost the race runs nothing; exit 0', async () => {
  await withContainer('broken', {}, async ({ api, host }) => {
    api.answerOnce(
      proposal('RUNNING'),
      proposalReply('ABORT', { type: 'RUNNING' }, { reason: 'Another container started this run.' }),
    )
    expect(await runContainer(host)).toBe(EXIT.done)
    expect(api.proposals).toHaveLength(1)
    expect(api.calls).not.toContain('GET /deployments/:deployment')
    expect(host.printed.at(-1)).toContain('is left alone: Another container started this run.')
  })
})

test.for(['COMPLETED', 'CANCELLED', 'CRASHED', 'PAUSED'] as const)(
  'a run that is %s is not touched; exit 0',
  async (type) => {
    await withContainer('broken', {}, async ({ api, host }) => {
      api.run.state = { ...api.run.state, type, name: null }
      expect(await runContainer(host)).toBe(EXIT.done)
      expect(api.calls).toEqual(['GET /flow_runs/:id'])
    })
  },
)

test('a run that is being cancelled ends Cancelled without running; exit 0', async () => {
  await withContainer('broken', {}, async ({ api, host }) => {
    api.run.state = { ...api.run.state, type: 'CANCELLING', name: 'Cancelling' }
    expect(await runContainer(host)).toBe(EXIT.done)
    expect(api.proposals.map((state) => state.type)).toEqual(['RUNNING', 'CANCELLED'])
  })
})

test.for([
  ['the flow is missing', { entrypoint: 'flows.test-support.ts:gone' }, 'has no flow "gone"'],
  ['the file is missing', { entrypoint: 'gone.ts:gone' }, 'gone.ts'],
  ['a step is unknown', { pull_steps: [{ 'prefect.deployments.steps.git_clone': {} }] }, 'git_clone'],
] as const)('when %s the run is Crashed with the reason; exit 0', async ([, deployment, message]) => {
  await withContainer('sum', {}, async ({ api, host }) => {
    Object.assign(api.deployment, deployment)
    expect(await runContainer(host)).toBe(EXIT.done)
    expect(api.run.state.type).toBe('CRASHED')
    expect(api.run.state.message).toContain('The flow could not be loaded')
    expect(api.run.state.message).toContain(message)
  })
})

test.for([
  [{}, 'CRASHED', 'Crashed'],
  [{ SLIPWAY_SIGTERM_BEHAVIOR: 'reschedule' }, 'SCHEDULED', 'AwaitingRetry'],
  [{ SLIPWAY_SIGTERM_BEHAVIOR: 'relinquish' }, 'RUNNING', 'Running'],
] as const)('SIGTERM with %j leaves the run %s; exit 0', async ([env, type, name]) => {
  await withContainer('endless', env, async ({ api, host }) => {
    const code = runContainer(host)
    await api.seen('LISTEN /events/out')
    host.terminate('SIGTERM')
    expect(await code).toBe(EXIT.done)
    expect(api.run.state).toMatchObject({ type, name })
  })
})

test('SIGTERM before the run was won proposes nothing', async () => {
  await withContainer('endless', {}, async ({ api, host }) => {
    api.answerOnce(proposal('RUNNING'), proposalReply('WAIT', { type: 'SCHEDULED' }, { delay_seconds: 1_000 }))
    const code = runContainer(host)
    await api.seen(`${PROPOSE} RUNNING`)
    host.terminate('SIGTERM')
    expect(await code).toBe(EXIT.done)
    expect(api.proposals).toHaveLength(1)
  })
})

test('an error that nobody caught crashes the run', async () => {
  await withContainer('endless', {}, async ({ api, host }) => {
    const code = runContainer(host)
    await api.seen('LISTEN /events/out')
    host.raise(new Error('late'))
    expect(await code).toBe(EXIT.done)
    expect(api.run.state).toMatchObject({ type: 'CRASHED', message: 'Nobody caught: Error: late' })
  })
})

test('an API that stays away before the start: exit 75 and nothing was run', async () => {
  await withContainer('broken', {}, async ({ api, host }) => {
    for (let n = 0; n < 40; n++) api.answerOnce(`GET /flow_runs/${FLOW_RUN_ID}`, { status: 503 })
    expect(await runContainer(host)).toBe(EXIT.unreachable)
    expect(host.slept.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThanOrEqual(300_000)
    expect(host.printed.at(-1)).toContain('it keeps answering 503')
  })
})

test('an API that goes away for good after the flow: exit 75', async () => {
  await withContainer('broken', {}, async ({ api, host }) => {
    for (let n = 0; n < 60; n++) api.answerOnce(proposal('FAILED'), { status: 502 })
    expect(await runContainer(host)).toBe(EXIT.unreachable)
    expect(new Set(api.proposals.slice(1).map((state) => state.state_details.transition_id)).size).toBe(1)
  })
})

test.for([
  [{ PREFECT__FLOW_RUN_ID: '' }, 'PREFECT__FLOW_RUN_ID is not set'],
  [{ PREFECT__FLOW_RUN_ID: '../flows' }, 'not the id of a flow run'],
  [{ PREFECT_API_URL: '' }, 'SLIPWAY_API_URL (or PREFECT_API_URL) is not set'],
  [{ PREFECT_API_URL: 'nonsense' }, 'must be an http or https address'],
] as const)('misuse %j: one line that says what to do, exit 1', async ([env, message]) => {
  await withContainer('broken', env, async ({ api, host }) => {
    expect(await runContainer(host)).toBe(EXIT.misuse)
    expect(host.printed).toHaveLength(1)
    expect(host.printed[0]).toContain(message)
    expect(api.calls).toEqual([])
  })
})

test('a run that does not exist, or has no deployment: exit 1', async () => {
  await withContainer('broken', {}, async ({ api, host }) => {
    api.answerOnce(`GET /flow_runs/${FLOW_RUN_ID}`, { status: 404, body: { detail: 'Flow run not found' } })
    expect(await runContainer(host)).toBe(EXIT.misuse)
    expect(host.printed.at(-1)).toContain('status 404: Flow run not found')
    api.run.deployment_id = null
    expect(await runContainer(host)).toBe(EXIT.misuse)
    expect(api.proposals).toEqual([])
  })
})
