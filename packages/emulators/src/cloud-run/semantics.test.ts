import { expect, test } from 'vitest'
import type { JsonObject } from '../json.ts'
import { jobViolations, overrideViolations } from './semantics.ts'

const image = 'europe-docker.pkg.dev/acme/flows/etl:1.4.2'
const job = (changes: JsonObject): JsonObject => ({ template: { template: { containers: [{ image }] } }, ...changes })
const execution = (changes: JsonObject): JsonObject => ({
  template: { template: { containers: [{ image }] }, ...changes },
})
const task = (changes: JsonObject): JsonObject => execution({ template: { containers: [{ image }], ...changes } })
const container = (changes: JsonObject): JsonObject => task({ containers: [{ image, ...changes }] })
const limits = (cpu: string, memory: string): JsonObject => container({ resources: { limits: { cpu, memory } } })
const env = (...variables: JsonObject[]): JsonObject => container({ env: variables })
const labels = (count: number): JsonObject =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`l${index}`, 'v']))

test.for<[string, string, JsonObject]>([
  ['the least', 'a', job({})],
  ['the longest id', 'a'.repeat(63), job({})],
  ['a token that just fits', 'a'.repeat(60), job({ startExecutionToken: 'a1' })],
  ['labels in other scripts', 'j', job({ labels: { größe: 'größe-1' } })],
  ['64 labels', 'j', job({ labels: labels(64) })],
  ['1 cpu, 512Mi', 'j', limits('1', '512Mi')],
  ['1000m, 4Gi', 'j', limits('1000m', '4Gi')],
  ['2 cpus, 8Gi', 'j', limits('2', '8Gi')],
  ['4 cpus, 2Gi', 'j', limits('4', '2Gi')],
  ['6 cpus, 24Gi', 'j', limits('6', '24Gi')],
  ['8 cpus, 32Gi', 'j', limits('8000m', '32Gi')],
  ['one second', 'j', task({ timeout: '1s' })],
  ['168 hours', 'j', task({ timeout: '604800s' })],
  ['ten retries', 'j', task({ maxRetries: 10 })],
  ['a value of 32 KiB', 'j', env({ name: 'A', value: 'x'.repeat(32 * 1024) })],
  ['1000 variables', 'j', env(...Array.from({ length: 1_000 }, (_, index) => ({ name: `V${index}`, value: '' })))],
  [
    'a mounted volume',
    'j',
    task({
      containers: [{ image, volumeMounts: [{ name: 'v', mountPath: '/v' }] }],
      volumes: [{ name: 'v', emptyDir: {} }],
    }),
  ],
  ['a network', 'j', task({ vpcAccess: { egress: 'ALL_TRAFFIC', networkInterfaces: [{ network: 'default' }] } })],
])('takes %s', ([, job_id, given]) => {
  expect(jobViolations(given, job_id)).toEqual([])
})

test.for<[string, string, JsonObject, string]>([
  ['no id', '', job({}), 'job_id'],
  ['capitals in the id', 'Job', job({}), 'job_id'],
  ['a digit first', '1job', job({}), 'job_id'],
  ['a hyphen last', 'job-', job({}), 'job_id'],
  ['64 characters', 'a'.repeat(64), job({}), 'job_id'],
  [
    'a token that makes the name too long',
    'a'.repeat(61),
    job({ startExecutionToken: 'a1' }),
    'job.start_execution_token',
  ],
  ['a token with capitals', 'j', job({ runExecutionToken: 'A1' }), 'job.run_execution_token'],
  ['a capital in a label', 'j', job({ labels: { Run: 'x' } }), 'job.labels'],
  ['a slash in a label', 'j', job({ labels: { 'a/b': 'x' } }), 'job.labels'],
  ['a long label value', 'j', job({ labels: { a: 'x'.repeat(64) } }), 'job.labels'],
  ['65 labels', 'j', job({ labels: labels(65) }), 'job.labels'],
  ['a reserved label', 'j', job({ labels: { 'run.googleapis.com/x': 'y' } }), 'job.labels'],
  ['a reserved annotation', 'j', job({ annotations: { 'serving.knative.dev/x': 'y' } }), 'job.annotations'],
  ['a bad label of the execution', 'j', execution({ labels: { A: 'x' } }), 'job.template.labels'],
  ['no containers', 'j', task({ containers: [] }), 'job.template.template.containers'],
  ['a blank in the image', 'j', container({ image: 'my image' }), 'job.template.template.containers[0].image'],
  [
    'a reserved variable',
    'j',
    env({ name: 'CLOUD_RUN_JOB', value: 'x' }),
    'job.template.template.containers[0].env[0].name',
  ],
  ['a variable twice', 'j', env({ name: 'A' }, { name: 'A' }), 'job.template.template.containers[0].env[1].name'],
  ['an equals sign in a name', 'j', env({ name: 'A=B' }), 'job.template.template.containers[0].env[0].name'],
  [
    'a value beyond 32 KiB',
    'j',
    env({ name: 'A', value: 'x'.repeat(32 * 1024 + 1) }),
    'job.template.template.containers[0].env[0].value',
  ],
  [
    '1001 variables',
    'j',
    env(...Array.from({ length: 1_001 }, (_, index) => ({ name: `V${index}` }))),
    'job.template.template.containers[0].env',
  ],
  [
    '1001 arguments',
    'j',
    container({ args: Array.from({ length: 1_001 }, () => 'x') }),
    'job.template.template.containers[0].args',
  ],
  ['3 cpus', 'j', limits('3', '1Gi'), 'job.template.template.containers[0].resources.limits'],
  ['half a cpu', 'j', limits('500m', '512Mi'), 'job.template.template.containers[0].resources.limits'],
  ['256Mi', 'j', limits('1', '256Mi'), 'job.template.template.containers[0].resources.limits'],
  ['4 cpus with 1Gi', 'j', limits('4', '1Gi'), 'job.template.template.containers[0].resources.limits'],
  ['1 cpu with 8Gi', 'j', limits('1', '8Gi'), 'job.template.template.containers[0].resources.limits'],
  ['64Gi', 'j', limits('8', '64Gi'), 'job.template.template.containers[0].resources.limits'],
  ['memory in words', 'j', limits('1', 'lots'), 'job.template.template.containers[0].resources.limits'],
  [
    'a limit on disk',
    'j',
    container({ resources: { limits: { disk: '1Gi' } } }),
    'job.template.template.containers[0].resources.limits',
  ],
  ['no time', 'j', task({ timeout: '0s' }), 'job.template.template.timeout'],
  ['more than 168 hours', 'j', task({ timeout: '604801s' }), 'job.template.template.timeout'],
  ['eleven retries', 'j', task({ maxRetries: 11 }), 'job.template.template.max_retries'],
  ['too many tasks', 'j', execution({ taskCount: 10_001 }), 'job.template.task_count'],
  ['more lanes than tasks', 'j', execution({ taskCount: 2, parallelism: 3 }), 'job.template.parallelism'],
  [
    'a mount without its volume',
    'j',
    container({ volumeMounts: [{ name: 'v', mountPath: '/v' }] }),
    'job.template.template.containers[0].volume_mounts[0].name',
  ],
  [
    'a connector and a network',
    'j',
    task({ vpcAccess: { connector: 'c', networkInterfaces: [{ network: 'n' }] } }),
    'job.template.template.vpc_access',
  ],
  ['access without a network', 'j', task({ vpcAccess: { egress: 'ALL_TRAFFIC' } }), 'job.template.template.vpc_access'],
  [
    'the first generation',
    'j',
    task({ executionEnvironment: 'EXECUTION_ENVIRONMENT_GEN1' }),
    'job.template.template.execution_environment',
  ],
  ['a service account that is none', 'j', task({ serviceAccount: 'me' }), 'job.template.template.service_account'],
])('refuses %s', ([, job_id, given, field]) => {
  expect(jobViolations(given, job_id).map((violation) => violation.field)).toEqual([field])
})

test.for<[string, JsonObject, string]>([
  ['an unknown container', { containerOverrides: [{ name: 'other' }] }, 'overrides.container_overrides[0].name'],
  [
    'args and their removal',
    { containerOverrides: [{ args: ['a'], clearArgs: true }] },
    'overrides.container_overrides[0].clear_args',
  ],
  [
    'a reserved variable',
    { containerOverrides: [{ env: [{ name: 'PORT' }] }] },
    'overrides.container_overrides[0].env[0].name',
  ],
  ['no time', { timeout: '0s' }, 'overrides.timeout'],
])('refuses an override with %s', ([, given, field]) => {
  expect(overrideViolations(given, [{ name: 'flow', image }]).map((violation) => violation.field)).toEqual([field])
})
