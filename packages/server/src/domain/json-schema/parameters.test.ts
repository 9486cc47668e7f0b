import { expect, test } from 'vitest'
import { bulkParameterError, checkParameters, deploymentParameterComplaint, runInputComplaint } from './parameters.ts'
import { createPatternCache } from './patterns.ts'

const patterns = createPatternCache(10)
const schema = { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] }
const wrong = { parameters: { a: 'x' }, schema, patterns }
const WRONG = "Validation failed for field 'a'. Failure reason: 'x' is not of type 'integer'"
const circular = { parameters: {}, schema: { $ref: '#' }, patterns }

test('creating a flow run and updating a deployment', () => {
  expect(checkParameters({ ...wrong, action: 'creating flow run' })).toEqual({
    status: 409,
    detail: `Error creating flow run: ${WRONG}`,
  })
  expect(checkParameters({ ...wrong, action: 'updating deployment' })).toEqual({
    status: 409,
    detail: `Error updating deployment: ${WRONG}`,
  })
  expect(checkParameters({ ...wrong, parameters: {}, action: 'updating deployment' })).toBeNull()
  expect(checkParameters({ ...wrong, parameters: {}, action: 'creating flow run' })).toEqual({
    status: 409,
    detail: "Error creating flow run: Validation failed. Failure reason: 'a' is a required property",
  })
  expect(checkParameters({ ...wrong, schema: null, action: 'creating flow run' })?.status).toBe(409)
  expect(checkParameters({ ...circular, action: 'creating flow run' })).toEqual({
    status: 422,
    detail: 'Invalid schema: Unable to validate schema with circular references.',
  })
})

test('one of many runs', () => {
  expect(bulkParameterError(wrong)).toBe(`Parameter validation failed: ${WRONG}`)
  expect(bulkParameterError({ ...wrong, parameters: { a: 1 } })).toBeNull()
  expect(bulkParameterError({ ...wrong, schema: null })).toBe(
    'Parameter schema enforcement is enabled but deployment has no valid schema.',
  )
  expect(bulkParameterError(circular)).toBe('Invalid schema: circular references detected.')
})

test('a new deployment', () => {
  expect(deploymentParameterComplaint(wrong)).toBe(WRONG)
  expect(deploymentParameterComplaint({ ...wrong, parameters: {} })).toBeNull()
  expect(deploymentParameterComplaint({ ...wrong, schema: null })).toBeNull()
  expect(deploymentParameterComplaint({ ...wrong, schema: { type: 'bogus' } })).toBe(
    "The provided schema is not a valid json schema. Schema error: 'bogus' is not valid under any of the given schemas",
  )
})

test('the input of a paused run', () => {
  expect(runInputComplaint(wrong)).toBe(`Reason: ${WRONG}`)
  expect(runInputComplaint({ ...wrong, parameters: { a: 2 } })).toBeNull()
})
