import { expect, test } from 'vitest'
import { findPoolTypes, withDefaults } from './pool-types.ts'

const template = {
  job_configuration: { image: '{{ image }}' },
  variables: { type: 'object', properties: { image: { type: 'string' }, region: { type: 'string', default: 'a' } } },
}

test('push types come first', () => {
  const of = (type: string) => ({ type, default_base_job_configuration: template })
  const view = { x: { process: of('process') }, y: { 'cloud-run:push': of('cloud-run:push'), broken: { type: 'z' } } }
  expect(findPoolTypes(view).map(({ type }) => type)).toEqual(['cloud-run:push', 'process'])
})

test('values become defaults and nothing else changes', () => {
  expect(withDefaults(template, { image: 'one' })).toEqual({
    ...template,
    variables: {
      type: 'object',
      properties: { image: { type: 'string', default: 'one' }, region: { type: 'string', default: 'a' } },
    },
  })
})
