import { expect, test } from 'vitest'
import { createPatternCache } from '../json-schema/patterns.ts'
import type { JsonObject } from '../json-schema/plain.ts'
import {
  checkDeploymentJobVariables,
  checkDeploymentUpdateJobVariables,
  checkPoolDefaults,
  checkRunJobVariables,
  defaultBlockIds,
  templateComplaint,
} from './validate.ts'

const patterns = createPatternCache(100)
const BOTH = 'The `base_job_template` must contain both a `job_configuration` key and a `variables` key.'
const UNDECLARED =
  'The variables specified in the job configuration template must be present as properties in the variables schema. ' +
  'Your job configuration uses the following undeclared variable(s): '
const IMAGE = { type: 'object', properties: { image: { type: 'string', title: 'Image' } } }
const NONE = { type: 'object', properties: {} }

/** The answers of a stock server to these templates. */
test.for([
  [{}, null],
  [{ job_configuration: { image: '{{ image }}' }, variables: NONE }, `${UNDECLARED}image.`],
  [{ job_configuration: { image: 'no placeholder' }, variables: NONE }, null],
  [{ job_configuration: { a: '{{ image}}', b: '{{image }}', c: '{{   image   }}' }, variables: IMAGE }, null],
  [{ job_configuration: { a: '{{ $PATH }}' }, variables: NONE }, `${UNDECLARED}$PATH.`],
  [{ job_configuration: {} }, BOTH],
  [{ job_configuration: {}, variables: {} }, BOTH],
  [{ job_configuration: {}, variables: [] }, BOTH],
  [{ job_configuration: {}, variables: { properties: {} }, extra: 1 }, BOTH],
  [{ job_configuration: 'x', variables: {} }, BOTH],
  [{ variables: {} }, BOTH],
  [{ job_configuration: { a: '{{ image }}', 'k-{{ image }}': 1 }, variables: IMAGE }, null],
  [{ job_configuration: { a: '{{ image }}', 'k-{{ other }}': 1 }, variables: IMAGE }, null],
  [{ job_configuration: { a: { 'k-{{ other }}': 1 } }, variables: IMAGE }, `${UNDECLARED}other.`],
  [{ job_configuration: { a: '{{ a b }}' }, variables: NONE }, null],
  [{ job_configuration: { a: 5, b: null, c: [1, true] }, variables: NONE }, null],
  [
    { job_configuration: { a: { b: ['{{ image }}', 'x-{{ image }}-{{ other }}'] } }, variables: IMAGE },
    `${UNDECLARED}other.`,
  ],
  [
    { job_configuration: { a: '{{ prefect.blocks.secret.nope }}' }, variables: NONE },
    `${UNDECLARED}prefect.blocks.secret.nope.`,
  ],
  [
    { job_configuration: { a: '{{ prefect.variables.nope }}' }, variables: NONE },
    `${UNDECLARED}prefect.variables.nope.`,
  ],
  [{ job_configuration: { a: '{{ b }}' }, variables: { b: 1 } }, `${UNDECLARED}b.`],
  [{ job_configuration: { a: '{{ a.b }}' }, variables: { properties: { a: {} } } }, `${UNDECLARED}a.b.`],
  [{ job_configuration: { a: '{{ image | upper }}' }, variables: IMAGE }, null],
  [{ job_configuration: { a: '{{}}' }, variables: NONE }, null],
] as const)('%j', ([template, complaint]) => {
  expect(templateComplaint(template)).toBe(complaint)
})

test('a template nested without end is refused', () => {
  const deep = Array.from({ length: 9_000 }).reduce<JsonObject>((inner) => ({ inner }), {})
  expect(templateComplaint({ job_configuration: deep, variables: NONE })).toContain('nested too deeply')
})

const ID = '11111111-1111-4111-8111-111111111111'
const noBlocks = { blocks: new Map<string, unknown>(), patterns }

test('defaults: the schema itself, missing blocks, and values that do not fit', () => {
  const template = (property: JsonObject) => ({
    job_configuration: { a: '{{ b }}' },
    variables: { type: 'object', properties: { b: property } },
  })
  const withBlock = template({ type: 'object', default: { $ref: { block_document_id: ID } } })
  expect(checkPoolDefaults({ ...noBlocks, base_job_template: {} })).toBeNull()
  expect(checkPoolDefaults({ ...noBlocks, base_job_template: template({ type: 'bogus' }) })).toEqual({
    status: 422,
    detail: "Invalid schema: 'bogus' is not valid under any of the given schemas",
  })
  expect(defaultBlockIds(withBlock)).toEqual([ID])
  expect(checkPoolDefaults({ ...noBlocks, base_job_template: withBlock })).toEqual({
    status: 404,
    detail: 'Block not found.',
    block_document_id: ID,
  })
  expect(checkPoolDefaults({ patterns, blocks: new Map([[ID, { x: 1 }]]), base_job_template: withBlock })).toBeNull()
  expect(checkPoolDefaults({ patterns, blocks: new Map([[ID, 'text']]), base_job_template: withBlock })?.status).toBe(
    422,
  )
  expect(checkPoolDefaults({ ...noBlocks, base_job_template: template({ type: 'string', default: 5 }) })).toEqual({
    status: 422,
    detail:
      "Validation failed for work pool's job variable defaults: Validation failed for field 'b'. Failure reason: 5 is not valid under any of the given schemas",
  })
})

const base_job_template = {
  job_configuration: { image: '{{ image }}', env: '{{ env }}', cpu: '{{ cpu }}', mode: '{{ mode }}' },
  variables: {
    type: 'object',
    properties: {
      image: { type: 'string', title: 'Image' },
      env: { type: 'object', additionalProperties: { type: 'string' } },
      cpu: { type: 'integer', minimum: 1, maximum: 8, default: 1 },
      mode: { type: 'string', enum: ['fast', 'slow'], default: 'fast' },
    },
    required: ['image'],
  },
}
const REF = { $ref: { block_document_id: '00000000-0000-0000-0000-000000000000' } }
const REF_TEXT = "{'$ref': {'block_document_id': '00000000-0000-0000-0000-000000000000'}}"

/** Variables, the reason given to create_flow_run (422), the reason given to PATCH (409), as recorded. */
test.for([
  [{}, null, null],
  [{ image: 'i' }, null, null],
  [{ image: 5 }, "for field 'image'. Failure reason: 5 is not of type 'string'", `"5 is not of type 'string'"`],
  [
    { image: null },
    "for field 'image'. Failure reason: None is not of type 'string'",
    `"None is not of type 'string'"`,
  ],
  [
    { image: 'i', cpu: 9 },
    "for field 'cpu'. Failure reason: 9 is greater than the maximum of 8",
    `'9 is greater than the maximum of 8'`,
  ],
  [
    { image: 'i', cpu: '2' },
    "for field 'cpu'. Failure reason: '2' is not valid under any of the given schemas",
    `"'2' is not of type 'integer'"`,
  ],
  [{ image: 'i', cpu: 2.0 }, null, null],
  [
    { image: 'i', mode: 'medium' },
    "for field 'mode'. Failure reason: 'medium' is not one of ['fast', 'slow']",
    `"'medium' is not one of ['fast', 'slow']"`,
  ],
  [
    { image: 'i', env: { A: 1 } },
    "for field 'env.A'. Failure reason: 1 is not of type 'string'",
    `"1 is not of type 'string'"`,
  ],
  [{ image: 'i', env: { A: '1' } }, null, null],
  [{ image: 'i', extra: [1] }, null, null],
  [{ image: '{{ prefect.variables.nope }}' }, null, null],
  [
    { image: REF },
    `for field 'image'. Failure reason: ${REF_TEXT} is not of type 'string'`,
    `"${REF_TEXT} is not of type 'string'"`,
  ],
  [{ 'env.A': '1', image: 'i' }, null, null],
  [{ image: 'i', cpu: null }, null, `"None is not of type 'integer'"`],
] as const)('%j', ([job_variables, run, update]) => {
  const deployment_job_variables = { image: 'base', env: { B: '2' } }
  expect(
    checkRunJobVariables({
      ...noBlocks,
      base_job_template,
      deployment_job_variables,
      flow_run_job_variables: job_variables,
      action: 'creating',
    }),
  ).toEqual(run === null ? null : { status: 422, detail: `Error creating flow run: Validation failed ${run}` })
  expect(checkDeploymentUpdateJobVariables({ base_job_template, job_variables, patterns })).toEqual(
    update === null ? null : { status: 409, detail: `Error creating deployment: <ValidationError: ${update}>` },
  )
})

test('what is required may be missing in a deployment, but not in a run', () => {
  expect(checkDeploymentJobVariables({ ...noBlocks, base_job_template, job_variables: { cpu: 2 } })).toBeNull()
  expect(checkDeploymentJobVariables({ ...noBlocks, base_job_template, job_variables: { image: 5 } })).toEqual({
    status: 422,
    detail: "Error creating deployment: Validation failed for field 'image'. Failure reason: 5 is not of type 'string'",
  })
  const run = { deployment_job_variables: {}, flow_run_job_variables: {}, action: 'updating' as const }
  expect(checkRunJobVariables({ ...noBlocks, ...run, base_job_template })).toEqual({
    status: 422,
    detail: "Error updating flow run: Validation failed. Failure reason: 'image' is a required property",
  })
})

test('a wrong default of an old pool is not held against a run', () => {
  const template = {
    job_configuration: { a: '{{ a }}' },
    variables: { type: 'object', properties: { a: { type: 'string', default: 5 } }, required: ['a'] },
  }
  const run = { deployment_job_variables: {}, flow_run_job_variables: {}, action: 'creating' as const }
  expect(checkRunJobVariables({ ...noBlocks, ...run, base_job_template: template })).toBeNull()
})
