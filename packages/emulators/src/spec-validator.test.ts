import { expect, test } from 'vitest'
import { loadCloudRunDefinition } from './api-definition.ts'
import type { Json, JsonObject } from './json.ts'
import { validateMessage } from './spec-validator.ts'

const definition = loadCloudRunDefinition()
const image = 'registry.example/flow:1'
const container = (changes: JsonObject): JsonObject => ({
  template: { template: { containers: [{ image, ...changes }] } },
})
const task = (changes: JsonObject): JsonObject => ({ template: { template: { containers: [{ image }], ...changes } } })
const job = (changes: JsonObject): JsonObject => ({ ...task({}), ...changes })

function check(given: JsonObject) {
  const { value, violations } = validateMessage(definition, 'google.cloud.run.v2.Job', given)
  return { value, violations: violations.map(({ field, description }) => `${field} | ${description}`) }
}

test.for<[string, JsonObject]>([
  ['the least', job({})],
  ['numeric text for an integer', task({ maxRetries: '2' })],
  ['null for absent', job({ labels: null, client: null })],
  ['enum by name', job({ launchStage: 'BETA' })],
  ['enum by number', job({ launchStage: 3 })],
  ['names in snake case', { template: { task_count: 1, template: { max_retries: 0, containers: [{ image }] } } }],
  ['duration with a fraction', task({ timeout: '1.5s' })],
  ['what only the server sets, of any type', job({ uid: 5, executionCount: 'many', conditions: 'x' })],
  ['a secret reference', container({ env: [{ name: 'A', valueSource: { secretKeyRef: { secret: 's' } } }] })],
])('takes %s', ([, given]) => {
  expect(check(given).violations).toEqual([])
})

test.for<[string, JsonObject, string]>([
  [
    'an unknown name',
    job({ startExecutionTokn: 'a' }),
    ` | Invalid JSON payload received. Unknown name "startExecutionTokn": Cannot find field.`,
  ],
  [
    'an unknown name below',
    container({ enviroment: [] }),
    `Unknown name "enviroment" at 'template.template.containers[0]'`,
  ],
  ['a field newer than the definition', job({ delayExecution: true }), 'Unknown name "delayExecution"'],
  [
    'text for an integer',
    task({ maxRetries: 'three' }),
    `Invalid value at 'template.template.max_retries' (TYPE_INT32), "three"`,
  ],
  ['a fraction for an integer', task({ maxRetries: 1.5 }), '(TYPE_INT32), 1.5'],
  ['an integer beyond 32 bits', task({ maxRetries: 2 ** 31 }), '(TYPE_INT32), 2147483648'],
  ['a number for text', job({ client: 5 }), `Invalid value at 'client' (TYPE_STRING), 5`],
  ['text for a boolean', container({ resources: { cpuIdle: 'true' } }), '(TYPE_BOOL), "true"'],
  ['an unknown enum', job({ launchStage: 'GAMMA' }), '(type.googleapis.com/google.api.LaunchStage), "GAMMA"'],
  ['an unknown enum number', job({ launchStage: 77 }), 'LaunchStage), 77'],
  ['a duration without its unit', task({ timeout: '600' }), "Illegal duration format; duration must end with 's'"],
  ['a number as a duration', task({ timeout: 600 }), 'Illegal duration format'],
  [
    'an object for a list',
    { template: { template: { containers: { image } } } },
    "template.template.containers' (List)",
  ],
  ['a list for an object', { template: [] }, 'Proto field is not repeating, cannot start list.'],
  ['a list for a map', job({ labels: [] }), "Invalid value at 'labels'"],
  ['a number in a map of text', job({ labels: { a: 1 } }), `Invalid value at 'labels["a"]' (TYPE_STRING), 1`],
  [
    'null in a list',
    container({ args: [null] }),
    `Invalid value at 'template.template.containers[0].args[0]' (TYPE_STRING), null`,
  ],
  [
    'two of which one is allowed',
    job({ startExecutionToken: 'a', runExecutionToken: 'b' }),
    "oneof field 'create_execution' is already set. Cannot set 'runExecutionToken'",
  ],
  [
    'a value and its source',
    container({ env: [{ name: 'A', value: 'x', valueSource: {} }] }),
    "oneof field 'values' is already set",
  ],
  ['no template', {}, 'template | template: missing required field.'],
  [
    'no image',
    { template: { template: { containers: [{}] } } },
    'template.template.containers[0].image: missing required field.',
  ],
  [
    'an empty name',
    container({ env: [{ name: '' }] }),
    'template.template.containers[0].env[0].name: missing required field.',
  ],
  [
    'a secret without its name',
    container({ env: [{ name: 'A', valueSource: { secretKeyRef: {} } }] }),
    'secret_key_ref.secret: missing required field.',
  ],
])('refuses %s', ([, given, expected]) => {
  const { violations } = check(given)
  expect(violations).toHaveLength(1)
  expect(violations[0]).toContain(expected)
})

test('what comes out is canonical', () => {
  const given = {
    launch_stage: 4,
    template: { task_count: '2', template: { containers: [{ image }], timeout: '1s' } },
    uid: 'mine',
    etag: null,
  }
  const expected: Json = {
    launchStage: 'GA',
    template: { taskCount: 2, template: { containers: [{ image }], timeout: '1s' } },
  }
  expect(check(given).value).toEqual(expected)
})

test('nesting without end is refused, not followed', () => {
  const deep = Array.from({ length: 200 }).reduce<JsonObject>((inner) => ({ details: [inner] }), {})
  expect(() => validateMessage(definition, 'google.rpc.Status', deep)).not.toThrow()
})
