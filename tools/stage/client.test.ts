import { operations } from '@slipway/contract'
import { expect, test } from 'vitest'
import { requestPath } from './client.ts'
import { withCredentials } from './pool.ts'

test('parameters are escaped and an absent query leaves no mark', () => {
  expect(requestPath(operations.readWorkPool.path, { name: 'a/b c' }, {})).toBe('/work_pools/a%2Fb%20c')
  expect(requestPath('/x/{id}', { id: 'i' }, { include_secrets: true, other: undefined })).toBe(
    '/x/i?include_secrets=true',
  )
})

test('only the default of the variable "credentials" is added to a template', () => {
  const template = {
    job_configuration: { credentials: '{{ credentials }}' },
    variables: { type: 'object', properties: { credentials: { title: 'C' }, image: { default: 'i' } } },
  }
  expect(withCredentials(template, 'b1')).toEqual({
    job_configuration: { credentials: '{{ credentials }}' },
    variables: {
      type: 'object',
      properties: {
        credentials: { title: 'C', default: { $ref: { block_document_id: 'b1' } } },
        image: { default: 'i' },
      },
    },
  })
})
