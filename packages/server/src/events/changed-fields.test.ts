import { expect, test } from 'vitest'
import { changedFields } from './changed-fields.ts'

const before = { description: 'a', tags: ['x'], job_variables: { env: { TOKEN: 'old' } }, updated: '1' }

test('nothing is told when no field changed', () => {
  expect(changedFields(before, { ...before, updated: '2' }, ['description', 'tags'])).toBeNull()
})

test('values are told from and to', () => {
  expect(changedFields(before, { ...before, tags: [] }, ['description', 'tags'])).toEqual({
    updated_fields: ['tags'],
    updates: { tags: { from: ['x'], to: [] } },
  })
})

test('what may hold a secret is named only', () => {
  const after = { ...before, job_variables: { env: { TOKEN: 'new' } } }
  const payload = changedFields(before, after, ['job_variables'])
  expect(payload).toEqual({ updated_fields: ['job_variables'], updates: {} })
  expect(JSON.stringify(payload)).not.toContain('new')
})
