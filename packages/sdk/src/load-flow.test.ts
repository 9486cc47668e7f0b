import { expect, test } from 'vitest'
import { applyPullSteps, loadFlow } from './load-flow.ts'
import type { DeploymentRecord } from './wire.ts'

const DIRECTORY = `${import.meta.dirname}/testing`

function deployment(fields: Partial<DeploymentRecord>): DeploymentRecord {
  return { id: 'd', name: 'demo', entrypoint: 'flows.test-support.ts:sum', path: null, pull_steps: null, ...fields }
}

test('the flow is found by file and export, from the directory and the path of the deployment', async () => {
  expect(await loadFlow(deployment({}), DIRECTORY)).toMatchObject({ name: 'sum', version: 'v7' })
  expect(await loadFlow(deployment({ path: 'testing' }), import.meta.dirname)).toMatchObject({ name: 'sum' })
  expect(await loadFlow(deployment({ path: DIRECTORY }), '/')).toMatchObject({ name: 'sum' })
})

test.for([
  [null, 'needs an entrypoint like "flows/hello.ts:hello"'],
  ['flows.ts', 'needs an entrypoint'],
  [':hello', 'needs an entrypoint'],
  ['flow.py:hello', 'is Python'],
  ['flows.test-support.ts:nothing', 'it exports the flows broken, endless, retried, sum'],
  ['flows.test-support.ts:notAFlow', 'has no flow "notAFlow"'],
] as const)('entrypoint %s is refused', async ([entrypoint, message]) => {
  await expect(loadFlow(deployment({ entrypoint }), DIRECTORY)).rejects.toThrow(message)
})

test('pull steps may set the working directory and nothing else', () => {
  const set = (directory: unknown): Readonly<Record<string, unknown>> => ({
    'prefect.deployments.steps.set_working_directory': { directory },
  })
  expect(applyPullSteps(deployment({}), '/app')).toBe('/app')
  expect(applyPullSteps(deployment({ pull_steps: [set('flows'), set('a')] }), '/app')).toBe('/app/flows/a')
  expect(applyPullSteps(deployment({ pull_steps: [set('/opt')] }), '/app')).toBe('/opt')
  expect(() => applyPullSteps(deployment({ pull_steps: [set(1)] }), '/app')).toThrow('needs a directory')
  const clone = { 'prefect.deployments.steps.git_clone': { repository: 'r' } }
  expect(() => applyPullSteps(deployment({ pull_steps: [clone] }), '/app')).toThrow('git_clone" is not supported')
})
