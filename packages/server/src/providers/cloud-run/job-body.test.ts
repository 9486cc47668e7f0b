import { generateKeyPairSync } from 'node:crypto'
import { type Json, type JsonObject, parseLossless } from '@slipway/contract'
import { describe, expect, test } from 'vitest'
import type { RenderInput } from '../provider.ts'
import { renderCloudRun } from './job-body.ts'

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2_048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
})
const key = {
  type: 'service_account',
  project_id: 'acme-data',
  private_key_id: 'ab'.repeat(20),
  private_key: privateKey,
  client_email: 'slipway@acme-data.iam.gserviceaccount.com',
}
const container = { image: 'acme/etl:1', resources: { limits: { cpu: '1', memory: '512Mi' } } }

function input(configuration: JsonObject = {}, more: Partial<RenderInput> = {}): RenderInput {
  return {
    pool_type: 'cloud-run:push',
    identity: {
      install_id: '7f3c',
      flow_run_id: '4d0c9f9e-5b5f-4a52-9d36-3c1b1f0f9c11',
      attempt_no: 1,
      submission_id: '0197a1de-6b0a-7c11-9d36-3c1b1f0f9c11',
    },
    configuration: { region: 'europe-west1', timeout: 900, job_body: jobBody(container), ...configuration },
    credentials: { service_account_info: key },
    env: { PREFECT_API_URL: 'https://slipway.example/api', TEAM: 'data' },
    labels: { 'prefect.io/flow-name': 'My Flow' },
    command: ['prefect', 'flow-run', 'execute'],
    run_name: 'amber-otter',
    ...more,
  }
}

function jobBody(each: JsonObject, task: JsonObject = {}): JsonObject {
  return { launchStage: 'BETA', template: { template: { containers: [each], ...task } } }
}

function rendered(given: RenderInput) {
  const outcome = renderCloudRun(given)
  if (outcome.kind !== 'rendered') throw new Error(outcome.fault.message)
  return outcome.request
}

function containerOf(given: RenderInput): JsonObject {
  const { template } = rendered(given).body as { template: { template: { containers: JsonObject[] } } }
  return template.template.containers[0] ?? {}
}

test('one request creates the job and starts its one execution under a name that is known before', () => {
  const request = rendered(input())
  expect(request).toMatchObject({
    resource_name: 'slip-7f3c-4d0c9f9e5b5f4a529d363c1b1f0f9c11',
    infrastructure_pid: 'slip-7f3c-4d0c9f9e5b5f4a529d363c1b1f0f9c11',
    location: { project: 'acme-data', region: 'europe-west1' },
    body: {
      startExecutionToken: 'a1',
      labels: {
        'slipway-run': '4d0c9f9e-5b5f-4a52-9d36-3c1b1f0f9c11',
        'slipway-attempt': '1',
        'prefect-io-flow-name': 'my-flow',
      },
      template: { taskCount: 1, parallelism: 1, template: { maxRetries: 0, timeout: '900s' } },
    },
  })
})

test('another attempt is another job', () => {
  const again = input({}, { identity: { ...input().identity, attempt_no: 2 } })
  expect(rendered(again)).toMatchObject({
    resource_name: 'slip-7f3c-4d0c9f9e5b5f4a529d363c1b1f0f9c11-2',
    body: { startExecutionToken: 'a2' },
  })
})

describe('the container', () => {
  test('runs the flow run unless the template says otherwise', () => {
    expect(containerOf(input())['command']).toEqual(['prefect', 'flow-run', 'execute'])
    expect(
      containerOf(input({ job_body: jobBody({ ...container, command: "python -c 'print(1)'" }) }))['command'],
    ).toEqual(['python', '-c', 'print(1)'])
    expect(containerOf(input({ job_body: jobBody({ ...container, command: ['run', 'me'] }) }))['command']).toEqual([
      'run',
      'me',
    ])
  })

  test('sees what Slipway and the user set; a secret replaces the plain value', () => {
    const given = input({
      env_from_secrets: { TEAM: { secret: 'team-name' } },
      job_body: jobBody({ ...container, env: [{ name: 'FROM_TEMPLATE', value: '1' }] }),
    })
    expect(containerOf(given)['env']).toEqual([
      { name: 'FROM_TEMPLATE', value: '1' },
      { name: 'PREFECT_API_URL', value: 'https://slipway.example/api' },
      { name: 'TEAM', valueSource: { secretKeyRef: { secret: 'team-name', version: 'latest' } } },
    ])
  })

  test('reaches Cloud SQL by a mount', () => {
    expect(containerOf(input({ cloudsql_instances: ['acme:europe-west1:db'] }))['volumeMounts']).toEqual([
      { name: 'cloudsql', mountPath: '/cloudsql' },
    ])
  })
})

test('an empty VPC connector is left out', () => {
  const body = rendered(input({ job_body: jobBody(container, { vpcAccess: { connector: null } }) })).body
  expect(JSON.stringify(body)).not.toContain('vpcAccess')
})

test('a template of the first API is translated', () => {
  const knative = {
    apiVersion: 'run.googleapis.com/v1',
    kind: 'Job',
    metadata: { annotations: { 'run.googleapis.com/launch-stage': 'BETA' } },
    spec: {
      template: {
        spec: {
          template: {
            spec: {
              containers: [{ ...container, imagePullPolicy: 'Always' }],
              timeoutSeconds: 300,
              serviceAccountName: 'flows@acme',
            },
          },
        },
      },
    },
  }
  const { body } = rendered(input({ job_body: knative }))
  expect(body).toMatchObject({
    launchStage: 'BETA',
    template: { template: { timeout: '300s', serviceAccount: 'flows@acme', containers: [{ image: 'acme/etl:1' }] } },
  })
})

describe('refused before anything is sent', () => {
  test.for([
    ['a region that is none', { region: '../../evil' }, 'region'],
    ['no region', { region: null }, 'region'],
    ['no job_body', { job_body: null }, 'job_body'],
    ['no image', { job_body: jobBody({}) }, 'image'],
    [
      'a field that Cloud Run does not have',
      { job_body: { ...jobBody(container), enviroment: {} } },
      'job_body.enviroment',
    ],
    [
      'a start token of its own',
      { job_body: { ...jobBody(container), startExecutionToken: 'mine' } },
      'startExecutionToken',
    ],
    [
      'an unknown field of a container',
      { job_body: jobBody({ ...container, privileged: true }) },
      'containers[0].privileged',
    ],
  ] as const)('%s', ([, configuration, named]) => {
    const outcome = renderCloudRun(input(configuration))
    expect(outcome).toMatchObject({ kind: 'refused', fault: { class: 'misconfigured' } })
    expect(outcome.kind === 'refused' ? outcome.fault.message : '').toContain(named)
  })

  test('a key that is none', () => {
    const outcome = renderCloudRun(input({}, { credentials: { service_account_info: { type: 'external_account' } } }))
    expect(outcome).toMatchObject({ kind: 'refused', fault: { class: 'auth' } })
  })
})

test('numbers written as Python writes them keep their value', () => {
  const configuration = parseLossless('{"timeout": 600.0, "task": {"maxRetries": 2.0, "timeout": 900.0}}') as {
    readonly timeout: Json
    readonly task: JsonObject
  }
  const { task, ...rest } = configuration
  expect(rendered(input({ ...rest, job_body: jobBody(container, task) })).body).toMatchObject({
    template: { template: { maxRetries: 2, timeout: '900s' } },
  })
  expect(rendered(input(rest)).body).toMatchObject({ template: { template: { timeout: '600s' } } })
})
