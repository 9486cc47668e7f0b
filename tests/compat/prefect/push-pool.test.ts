import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Api, api } from '../../support/api.ts'
import { POOL, readStates, waitForState } from '../../support/cloud-run-pool.ts'
import type { Emulator } from '../../support/emulator.ts'
import { createPrefect, type Prefect, python } from '../../support/prefect.ts'
import type { Slipway } from '../../support/slipway.ts'
import { createStage } from '../../support/stage.ts'

const BLOCK = 'gcp-for-pool'

interface JobRequest {
  readonly received_ms: number
  readonly body: {
    readonly template?: {
      readonly template: { readonly containers: { readonly command?: string[]; readonly args?: string[] }[] }
    }
  }
}

/** The guide, command by command, by the real command line: with nothing but the API's address set, and with a password. */
describe.skipIf(python === '').for([
  ['without a password', null],
  ['with a password', 'admin:pass-word'],
] as const)('the guide of Cloud Run push pools, %s', ([, auth]) => {
  const stage = createStage()
  let emulator: Emulator
  let server: Slipway
  let client: Api
  let prefect: Prefect

  beforeAll(async () => {
    emulator = await stage.emulator({ env: { PATH: join(python, '..') } })
    const settings = { ...emulator.settings, observe_interval_seconds: 1, discard_after_seconds: 1 }
    server = await stage.slipway({ settings: auth === null ? settings : { ...settings, auth_string: auth } })
    client = api(server.apiUrl, auth)
    prefect = await createPrefect({ home: join(await stage.dataDir(), '..', 'home'), apiUrl: server.apiUrl, auth })
    await prefect.writeFile('key.json', JSON.stringify(emulator.key))
  })
  afterAll(async () => {
    await stage.close()
  })

  afterEach(({ task }) => {
    if (task.result?.state === 'fail') console.error(server.log())
  })

  async function runDeployment(name: string, ...args: readonly string[]): Promise<string> {
    const output = await prefect.cli('deployment', 'run', name, ...args)
    const id = /UUID: ([0-9a-f-]{36})/.exec(output)?.[1]
    if (id === undefined) throw new Error(`No id in:\n${output}`)
    return id
  }

  test('a GCP Credentials block is saved, loaded and overwritten in Python, and inspected without its key', async () => {
    expect(await prefect.script('save_block.py', BLOCK, 'key.json')).toMatchObject({
      same_key: true,
      projects: ['somewhere-else', emulator.key.project_id],
      shown: '**********',
      clash: expect.stringContaining('already in use'),
    })
    const [shown, listed] = await Promise.all([
      prefect.cli('block', 'inspect', `gcp-credentials/${BLOCK}`),
      prefect.cli('block', 'ls'),
    ])
    expect(shown).toContain(emulator.key.project_id)
    expect(shown).not.toContain('BEGIN PRIVATE KEY')
    expect(listed).toContain(`gcp-credentials/${BLOCK}`)
  })

  test('the pool is created, listed, inspected, paused and resumed', async () => {
    expect(await prefect.cli('work-pool', 'create', POOL, '--type', 'cloud-run:push')).toContain(
      `Created work pool '${POOL}'`,
    )
    expect(await prefect.cli('work-pool', 'ls')).toMatch(new RegExp(`${POOL}.*cloud-run:push`))
    await prefect.cli('work-pool', 'pause', POOL)
    expect(await prefect.cli('work-pool', 'inspect', POOL)).toMatch(/is_paused=True/)
    await prefect.cli('work-pool', 'resume', POOL)
    expect(await prefect.cli('work-pool', 'inspect', POOL)).not.toMatch(/is_paused=True/)
  })

  test('its template is fetched, given the block, and stored again', async () => {
    const file = join(prefect.project, 'template.json')
    await prefect.cli('work-pool', 'get-default-base-job-template', '--type', 'cloud-run:push', '--file', file)
    const template = JSON.parse(await readFile(file, 'utf8')) as {
      variables: { properties: { credentials: Record<string, unknown> } }
    }
    const block = await client.get<{ id: string }>(`/block_types/slug/gcp-credentials/block_documents/name/${BLOCK}`)
    template.variables.properties.credentials['default'] = { $ref: { block_document_id: block.id } }
    await writeFile(file, JSON.stringify(template))
    await prefect.cli('work-pool', 'update', POOL, '--base-job-template', file)
    expect(await prefect.cli('work-pool', 'inspect', POOL)).toContain(block.id)
  })

  test('prefect.yaml is deployed to the pool', async () => {
    const deployments = ['word_count', 'sleepy'].map(
      (flow) => `
  - name: cloud
    entrypoint: flows.py:${flow}
    tags: [compat]
    work_pool: {name: ${POOL}}`,
    )
    await prefect.writeFile(
      'prefect.yaml',
      `name: compat
prefect-version: 3.8.8
pull:
  - prefect.deployments.steps.set_working_directory:
      directory: ${prefect.project}
deployments:${deployments.join('')}
`,
    )
    const output = await prefect.cli('deploy', '--all')
    expect(output).toContain("Deployment 'word-count/cloud' successfully created")
    expect(output).toContain("Deployment 'sleepy/cloud' successfully created")
    // A second time it updates what is there.
    await prefect.cli('deploy', '--name', 'word-count/cloud')
    const [listed, inspected] = await Promise.all([
      prefect.cli('deployment', 'ls'),
      prefect.cli('deployment', 'inspect', 'word-count/cloud'),
    ])
    expect(listed).toContain('word-count/cloud')
    expect(inspected).toContain(POOL)
  })

  test('a run is submitted at once, executed by `prefect flow-run execute`, and shown with logs and task runs', async () => {
    const id = await runDeployment('word-count/cloud', '--param', 'words=["push","pool"]')
    const run = await waitForState(client, id)
    expect(run.state_type).toBe('COMPLETED')
    const { requests } = (await emulator.control.get('requests?method=POST')) as { requests: JobRequest[] }
    const request = requests.findLast(({ body }) => JSON.stringify(body).includes(id))
    const container = request?.body.template?.template.containers[0]
    expect([...(container?.command ?? []), ...(container?.args ?? [])].join(' ')).toBe('prefect flow-run execute')
    expect((request?.received_ms ?? 0) - Date.parse(run.expected_start_time)).toBeLessThan(1_000)
    const types = (await readStates(client, id)).map(({ type }) => type)
    expect(types.filter((type) => type !== 'PENDING')).toEqual(['SCHEDULED', 'RUNNING', 'COMPLETED'])
    expect(await emulator.starts(id)).toBe(1)

    const [logs, tasks, runs] = await Promise.all([
      prefect.cli('flow-run', 'logs', id),
      prefect.cli('task-run', 'ls', '--limit', '10'),
      prefect.cli('flow-run', 'ls', '--limit', '5'),
    ])
    expect(logs).toContain('8 letters in all')
    expect(logs).toContain('push has 4 letters')
    expect(logs).toContain('Finished in state Completed()')
    expect(tasks.match(/count-\w+.*COMPLETED/g)).toHaveLength(2)
    expect(runs).toMatch(new RegExp(`${id}.*COMPLETED`))
  })

  test('a running run is cancelled, and its process ends', async () => {
    const id = await runDeployment('sleepy/cloud')
    await waitForState(client, id, ['RUNNING'])
    expect(await prefect.cli('flow-run', 'cancel', id)).toContain('successfully scheduled for cancellation')
    expect((await waitForState(client, id)).state_type).toBe('CANCELLED')
    await expect
      .poll(async () => (await emulator.executions()).filter(({ status }) => status === 'running'), { timeout: 30_000 })
      .toEqual([])
  })

  if (auth === null) {
    test('a pool is deleted', async () => {
      await prefect.cli('work-pool', 'create', 'short-lived', '--type', 'cloud-run:push')
      await prefect.cli('work-pool', 'delete', 'short-lived')
      const { code, output } = await prefect.tryCli('work-pool', 'inspect', 'short-lived')
      expect(code).toBe(1)
      expect(output).toContain("Work pool 'short-lived' not found")
    })
    return
  }

  test('a run is followed until it has ended', async () => {
    const output = await prefect.cli('deployment', 'run', 'word-count/cloud', '--watch')
    expect(output).toMatch(/Completed/)
    expect(output).toContain('7 letters in all')
  })

  test('without the password nothing is told', async () => {
    const stranger = await createPrefect({ home: join(prefect.project, 'stranger'), apiUrl: server.apiUrl })
    const { code, output } = await stranger.tryCli('work-pool', 'ls')
    expect(code).toBe(1)
    expect(output).not.toContain(POOL)
    expect((await api(server.apiUrl).call('POST', '/work_pools/filter', {})).status).toBe(401)
  })
})
