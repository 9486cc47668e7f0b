import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Api, api } from '../../support/api.ts'
import { readStates, waitForState } from '../../support/cloud-run-pool.ts'
import { eventually } from '../../support/eventually.ts'
import { createPrefect, type Prefect, python } from '../../support/prefect.ts'
import type { Slipway } from '../../support/slipway.ts'
import { createStage } from '../../support/stage.ts'

/** What a client does without any push pool: flows of its own process, served flows, workers. */
describe.skipIf(python === '')('the unmodified client', () => {
  const stage = createStage()
  let server: Slipway
  let client: Api
  let prefect: Prefect

  beforeAll(async () => {
    server = await stage.slipway()
    client = api(server.apiUrl)
    prefect = await createPrefect({ home: join(await stage.dataDir(), '..', 'home'), apiUrl: server.apiUrl })
  })
  afterAll(async () => {
    await stage.close()
  })

  afterEach(({ task }) => {
    if (task.result?.state === 'fail') console.error(server.log())
  })

  async function runDeployment(name: string): Promise<string> {
    const output = await prefect.cli('deployment', 'run', name)
    const id = /UUID: ([0-9a-f-]{36})/.exec(output)?.[1]
    if (id === undefined) throw new Error(`No id in:\n${output}`)
    return id
  }

  test('a script runs flows with tasks, retries, a sub-flow, variables, artifacts and limits', async () => {
    await prefect.cli('gcl', 'create', 'plain-limit', '--limit', '1')
    const answer = await prefect.script<Record<string, unknown> & { flow_run_id: string }>('plain.py')
    expect(answer).toMatchObject({
      flaky: 'third time',
      squares: [0, 1, 4, 9, 16],
      child: 49,
      retried: 'second time',
      variable: { deep: [1, 2, 'three'] },
      failed: ['FAILED', expect.stringContaining('on purpose')],
    })
    const id = answer.flow_run_id
    await expect
      .poll(
        async () =>
          (
            await client.post<{ state_type: string }[]>('/task_runs/filter', {
              flow_runs: { id: { any_: [id] } },
            })
          ).filter(({ state_type }) => state_type === 'COMPLETED').length,
        { timeout: 20_000 },
      )
      // five squares, the flaky one, and one for each sub-flow
      .toBe(8)
    const tasks = await client.post<{ name: string; run_count: number }[]>('/task_runs/filter', {
      flow_runs: { id: { any_: [id] } },
    })
    expect(tasks.find(({ name }) => name.startsWith('flaky'))?.run_count).toBe(3)
    const children = await client.post<{ name: string; state_type: string; run_count: number; flow_id: string }[]>(
      '/flow_runs/filter',
      { flow_runs: { parent_flow_run_id: { any_: [id] } }, sort: 'START_TIME_ASC' },
    )
    expect(children.map(({ state_type, run_count }) => [state_type, run_count])).toEqual([
      ['COMPLETED', 1],
      ['COMPLETED', 2],
    ])
    expect((await readStates(client, id)).map(({ type }) => type)).toEqual(['PENDING', 'RUNNING', 'COMPLETED'])
    const artifacts = await client.post<{ key: string }[]>('/artifacts/filter', {
      artifacts: { flow_run_id: { any_: [id] }, type: { any_: ['markdown', 'table'] } },
    })
    expect(artifacts.map(({ key }) => key).toSorted()).toEqual(['plain-report', 'plain-table'])
    const logs = await client.post<{ message: string }[]>('/logs/filter', { logs: { flow_run_id: { any_: [id] } } })
    expect(logs.map(({ message }) => message)).toEqual(expect.arrayContaining(['printed', 'careful']))
    const limit = await client.get<{ active_slots: number }>('/v2/concurrency_limits/plain-limit')
    expect(limit.active_slots).toBe(0)
  })

  test('a flow pauses for input and goes on with it', async () => {
    const answered = prefect.script('paused.py')
    const paused = await eventually(
      async () => {
        const [found] = await client.post<{ id: string; state: { state_details: { run_input_keyset?: object } } }[]>(
          '/flow_runs/filter',
          { flows: { name: { any_: ['paused'] } }, flow_runs: { state: { type: { any_: ['PAUSED'] } } } },
        )
        return found
      },
      { what: () => `the run to be paused:\n${server.log()}`, withinMs: 60_000 },
    )
    await client.post(`/flow_runs/${paused.id}/resume`, { run_input: { approved: true, reason: 'looks good' } })
    expect(await answered).toEqual({ flow_run_id: paused.id, approved: true, reason: 'looks good' })
  })

  test('a served flow takes its runs', async () => {
    const serving = prefect.background('python', 'served.py')
    try {
      await eventually(async () => (await client.call('GET', '/deployments/name/word-count/served')).status === 200, {
        what: () => `the deployment to be there:\n${serving.output()}`,
        withinMs: 60_000,
      })
      const id = await runDeployment('word-count/served')
      expect((await waitForState(client, id)).state_type).toBe('COMPLETED')
    } finally {
      await serving.stop()
    }
  })

  test('a process worker takes the runs of its pool', async () => {
    await prefect.cli('work-pool', 'create', 'on-this-machine', '--type', 'process')
    await prefect.writeFile(
      'worker.yaml',
      `name: compat
pull:
  - prefect.deployments.steps.set_working_directory:
      directory: ${prefect.project}
deployments:
  - name: by-worker
    entrypoint: flows.py:word_count
    work_pool: {name: on-this-machine}
`,
    )
    await prefect.cli('deploy', '--prefect-file', 'worker.yaml', '--all')
    const worker = prefect.background('prefect', 'worker', 'start', '--pool', 'on-this-machine', '--name', 'compat')
    try {
      const id = await runDeployment('word-count/by-worker')
      expect((await waitForState(client, id)).state_type).toBe('COMPLETED')
      const workers = await client.post<{ name: string; status: string }[]>(
        '/work_pools/on-this-machine/workers/filter',
        {},
      )
      expect(workers.map(({ name, status }) => [name, status])).toEqual([['compat', 'ONLINE']])
    } finally {
      await worker.stop()
    }
  })
})
