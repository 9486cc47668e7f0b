import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { FLOW_RUN_ID, startFakeApi, type FakeApi } from './testing/fake-api.test-support.ts'

const ARGUMENTS = ['--conditions=source', `${import.meta.dirname}/entrypoint.ts`]

async function withApi(flow: string, work: (api: FakeApi, env: NodeJS.ProcessEnv) => Promise<void>): Promise<void> {
  const api = await startFakeApi({ authorization: null, token: null })
  Object.assign(api.deployment, { entrypoint: `testing/flows.test-support.ts:${flow}`, path: import.meta.dirname })
  try {
    await work(api, { PATH: process.env['PATH'], PREFECT_API_URL: api.url, PREFECT__FLOW_RUN_ID: FLOW_RUN_ID })
  } finally {
    await api.close()
  }
}

test('the program executes the run of its environment and prints its log', async () => {
  await withApi('sum', async (api, env) => {
    api.run.parameters = { numbers: [3] }
    const { stdout } = await promisify(execFile)(process.execPath, ARGUMENTS, { env })
    expect(stdout).toContain('doubling 3')
    expect(api.run.state.type).toBe('COMPLETED')
  })
})

test('the program says what is missing and ends with 1', async () => {
  const failure = promisify(execFile)(process.execPath, ARGUMENTS, { env: { PATH: process.env['PATH'] } })
  await expect(failure).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringContaining('PREFECT__FLOW_RUN_ID is not set') as string,
  })
})

test('SIGTERM to the program ends the run Crashed, within the time that platforms give', async () => {
  await withApi('endless', async (api, env) => {
    const child = spawn(process.execPath, ARGUMENTS, { env, stdio: 'ignore' })
    await api.seen('LISTEN /events/out')
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
    expect(api.run.state).toMatchObject({ type: 'CRASHED', message: 'The container was stopped (SIGTERM)' })
  })
})
