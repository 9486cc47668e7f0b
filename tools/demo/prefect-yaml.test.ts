import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { repositoryRoot } from '../command.ts'
import { POOL } from '../stage/pool.ts'
import { readPrefectYaml } from './prefect-yaml.ts'

test.for(['hello-push', 'hello-push-python'])('the example %s is deployed to the pool of the guide', (example) => {
  const text = readFileSync(join(repositoryRoot, 'examples', example, 'prefect.yaml'), 'utf8')
  expect(readPrefectYaml(text)).toEqual([
    expect.objectContaining({ name: 'hello-push', work_pool_name: POOL, parameters: { name: 'Slipway' } }),
  ])
})

test('what may be left out is empty', () => {
  const text = 'deployments:\n  - {name: a, entrypoint: "f.ts:f", work_pool: {name: p}}\n'
  expect(readPrefectYaml(text)).toEqual([
    {
      name: 'a',
      entrypoint: 'f.ts:f',
      description: null,
      tags: [],
      parameters: {},
      work_pool_name: 'p',
      job_variables: {},
    },
  ])
})

test.for([
  ['name: x', '"deployments" lists nothing'],
  ['deployments: [1]', 'deployments[0] is not a mapping'],
  ['deployments: [{name: a, entrypoint: e}]', 'deployments[0].work_pool is not a mapping'],
  ['deployments: [{entrypoint: e, work_pool: {name: p}}]', 'deployments[0].name is not text'],
  ['deployments: [{name: a, entrypoint: e, work_pool: {name: p}, tags: t}]', 'deployments[0].tags is not a list'],
  ['- 1', 'prefect.yaml is not a mapping'],
] as const)('%s: %s', ([text, message]) => {
  expect(() => readPrefectYaml(text)).toThrow(message)
})
