import { readFileSync } from 'node:fs'
import { parseLossless } from '@slipway/contract'
import { assert, constantFrom, dictionary, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asJson, isObject, type JsonObject } from '../json-schema/plain.ts'
import { jobReferences, renderJobConfiguration, type RenderInput } from './job.ts'
import { mergeJobVariables } from './merge.ts'
import { findPlaceholders } from './placeholders.ts'

const BLOCKS = {
  'secret/token': { value: 's3cret' },
  'json/deep': { value: { a: { b: [1, { c: 2 }] }, value: 'inner' } },
  'gcp-credentials/main': { project: 'p', service_account_info: { k: 'v' } },
  'number/n': { value: 5 },
  'odd/values': { values: 1, value: 2 },
}
const BLOCK_ID = '11111111-1111-4111-8111-111111111111'

const context: RenderInput = {
  base_job_template: {},
  deployment_job_variables: {},
  flow_run_job_variables: {},
  blocks: {
    by_id: new Map([[BLOCK_ID, BLOCKS['gcp-credentials/main']]]),
    by_name: new Map<string, unknown>(Object.entries(BLOCKS)),
  },
  variables: new Map<string, unknown>([
    ['name', 'x'],
    ['number', 7],
    ['object', { a: [1] }],
    ['float', 1.5],
    ['yes', true],
  ]),
  server_env: { PREFECT_API_URL: 'https://example.test/api' },
  version: '3.8.8',
  flow: { id: 'f-1', name: 'etl' },
  flow_run: { id: 'r-1', name: 'quick-otter' },
  deployment: { id: 'd-1', name: 'nightly', updated: '2026-01-02T03:04:05.000000Z' },
  work_pool: { id: 'p-1', name: 'pool' },
}

function render(configuration: JsonObject, properties: JsonObject = {}, more: Partial<RenderInput> = {}) {
  return renderJobConfiguration({
    ...context,
    base_job_template: { job_configuration: configuration, variables: { properties } },
    ...more,
  })
}

interface GoldenCase {
  readonly template: JsonObject
  readonly deployment: JsonObject
  readonly run: JsonObject
  readonly expected: JsonObject | null
}

test('agrees with a worker of Prefect 3.8 on 300 random templates', () => {
  const lines = readFileSync(new URL('./golden/python-worker.jsonl', import.meta.url), 'utf8')
    .trim()
    .split('\n')
  expect(lines).toHaveLength(300)
  const cases = lines.map((line) => asJson(parseLossless(line)) as unknown as GoldenCase)
  const ours = cases.map(({ template, deployment, run }) => {
    const input = { base_job_template: template, deployment_job_variables: deployment, flow_run_job_variables: run }
    const result = renderJobConfiguration({ ...context, ...input, server_env: {} })
    return result.kind === 'failed' ? null : [result.configuration, ownNames(result.env)]
  })
  const wanted = cases.map(({ expected }) => {
    if (expected === null) return null
    const { env, ...rest } = expected
    return [rest, ownNames(isObject(env) ? env : {})]
  })
  expect(ours).toEqual(wanted)
})

function ownNames(env: JsonObject): readonly string[] {
  return Object.keys(env)
    .filter((key) => env[key] !== null && !key.startsWith('PREFECT__'))
    .sort()
}

describe('the environment', () => {
  const properties = { env: { default: { POOL: 'p', SHARED: 'pool' } } }

  test('adds up from template, pool, deployment and run, and the later wins', () => {
    const result = render({ env: { OWN: 'o' } }, properties, {
      deployment_job_variables: { env: { DEPLOYMENT: 'd', SHARED: 'deployment' } },
      flow_run_job_variables: { env: { RUN: 1, YES: true, SHARED: 'run' } },
    })
    expect(result).toMatchObject({
      env: { OWN: 'o', POOL: 'p', DEPLOYMENT: 'd', RUN: '1', YES: 'True', SHARED: 'run' },
    })
  })

  test('names the run, and the user wins over the server', () => {
    const result = render(
      { env: '{{ env }}' },
      {},
      { flow_run_job_variables: { env: { PREFECT_API_URL: 'http://mine', PREFECT__FLOW_NAME: null } } },
    )
    expect(result).toMatchObject({
      env: {
        PREFECT_API_URL: 'http://mine',
        PREFECT__FLOW_RUN_ID: 'r-1',
        PREFECT__FLOW_ID: 'f-1',
        PREFECT__DEPLOYMENT_ID: 'd-1',
        PREFECT__DEPLOYMENT_NAME: 'nightly',
      },
    })
    expect(result.kind === 'rendered' && Object.hasOwn(result.env, 'PREFECT__FLOW_NAME')).toBe(false)
  })

  test('that is no object is refused', () => {
    expect(render({ env: '{{ env }}' }, {}, { deployment_job_variables: { env: 'A=1' } })).toMatchObject({
      kind: 'failed',
      code: 'job.env',
    })
  })

  test('of the server itself is never read', () => {
    expect(render({ a: '{{ $PATH }}', b: 'x{{ $HOME }}y' })).toMatchObject({ configuration: { a: '', b: 'xy' } })
  })
})

test('name, command, labels and credentials are taken out of the configuration', () => {
  const result = render(
    {
      name: '{{ name }}',
      command: '{{ command }}',
      labels: '{{ labels }}',
      credentials: '{{ credentials }}',
      region: '{{ region }}',
    },
    { credentials: { default: { $ref: { block_document_id: BLOCK_ID } } }, region: { default: 'us-central1' } },
    {
      deployment_job_variables: {
        name: 'run-{{ ctx.flow.name }}-{{ ctx.flow_run.id }}',
        command: `sh -c "echo 'a b'"`,
        labels: { team: 'x', n: 1 },
      },
    },
  )
  expect(result).toEqual({
    kind: 'rendered',
    configuration: { region: 'us-central1' },
    credentials: { project: 'p', service_account_info: { k: 'v' } },
    env: expect.anything() as unknown,
    labels: {
      'prefect.io/flow-run-id': 'r-1',
      'prefect.io/flow-run-name': 'quick-otter',
      'prefect.io/version': '3.8.8',
      'prefect.io/work-pool-name': 'pool',
      'prefect.io/work-pool-id': 'p-1',
      'prefect.io/flow-id': 'f-1',
      'prefect.io/flow-name': 'etl',
      'prefect.io/deployment-id': 'd-1',
      'prefect.io/deployment-name': 'nightly',
      'prefect.io/deployment-updated': '2026-01-02T03:04:05+00:00',
      team: 'x',
      n: '1',
    },
    name: 'run-etl-r-1',
    command: ['sh', '-c', "echo 'a b'"],
  })
})

test('without a name and a command there are defaults', () => {
  expect(render({ image: 'i' })).toMatchObject({ name: 'quick-otter', command: ['prefect', 'flow-run', 'execute'] })
})

test('ctx is for names only', () => {
  expect(render({ image: '{{ ctx.flow.name }}', tag: 'a{{ ctx.flow.name }}' })).toMatchObject({
    configuration: { tag: 'a' },
  })
})

test.for([
  ['{{ prefect.blocks.secret.gone }}', 'job.block-not-found'],
  ['{{ prefect.blocks.secret }}', 'job.block-placeholder'],
  ['{{ prefect.blocks.json.deep.nothing }}', 'job.block-path'],
  ['x{{ prefect.blocks.json.deep }}', 'job.block-not-scalar'],
  [{ $ref: { block_document_id: 'gone' } }, 'job.block-not-found'],
] as const)('%j cannot be resolved: %s', ([a, code]) => {
  expect(render({ a })).toMatchObject({ kind: 'failed', code })
})

test('an unclosed quote in a command is told', () => {
  expect(render({ command: 'sh -c "x' })).toMatchObject({ kind: 'failed', code: 'job.command' })
})

test('only what is used has to be loaded', () => {
  expect(
    jobReferences({
      base_job_template: {
        job_configuration: { a: '{{ a }}', b: '{{ prefect.variables.v }} {{ prefect.variables.v }}', c: '{{ c }}' },
        variables: {
          properties: {
            a: { default: { $ref: { block_document_id: 'unused' } } },
            c: { default: { $ref: { block_document_id: BLOCK_ID } } },
          },
        },
      },
      deployment_job_variables: { a: '{{ prefect.blocks.secret.token.value }}' },
      flow_run_job_variables: { d: '{{ prefect.variables.unused }}' },
    }),
  ).toEqual({ block_ids: [BLOCK_ID], block_names: [{ block_type_slug: 'secret', name: 'token' }], variables: ['v'] })
})

test('job variables merge: dotted keys, env together, the rest replaced', () => {
  expect(
    mergeJobVariables({ a: 1, c: { x: 1 } }, { 'c.y': 2, 'env.FOO': 'dot', env: { A: 1 } }, { env: { B: 2 }, b: 3 }),
  ).toEqual({ a: 1, b: 3, c: { y: 2 }, env: { A: 1, B: 2, FOO: 'dot' } })
  expect(Object.keys(mergeJobVariables({}, JSON.parse('{"__proto__.polluted": 1}') as JsonObject, {}))).toEqual([
    '__proto__',
  ])
  expect(({} as { polluted?: number }).polluted).toBeUndefined()
})

test('whatever the template, no placeholder is left where values hold none', () => {
  const leaf = constantFrom(
    '{{ a }}',
    'x{{b}}y{{ c.d }}',
    '{{ $HOME }}',
    '{{ prefect.variables.name }}',
    '{{prefect.variables.no}}!',
    '{{ prefect.blocks.secret.token }}',
    'plain',
  )
  const values = dictionary(constantFrom('a', 'b', 'c', 'env.X'), string())
  assert(
    property(dictionary(string(), dictionary(string(), leaf)), values, values, (configuration, deployment, run) => {
      const result = render(
        { inner: configuration },
        {},
        { deployment_job_variables: deployment, flow_run_job_variables: run },
      )
      expect(result.kind === 'rendered' && findPlaceholders(result.configuration)).toEqual([])
    }),
  )
})
