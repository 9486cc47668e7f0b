import { expect, test } from 'vitest'
import { formatQuery, parseQuery, toRunsQuestion } from './run-filter.ts'

const now = Date.parse('2026-03-01T12:00:00Z')

test('nothing typed asks for everything', () => {
  expect(toRunsQuestion('', now)).toEqual({ body: {}, complaints: [] })
})

test('tokens become filters, words become the name', () => {
  expect(toRunsQuestion('state:failed,crashed pool:gcr tag:prod since:24h quiet puffin', now).body).toEqual({
    flow_runs: {
      name: { like_: 'quiet puffin' },
      tags: { all_: ['prod'] },
      state: { type: { any_: ['FAILED', 'CRASHED'] } },
      expected_start_time: { after_: '2026-02-28T12:00:00.000Z' },
    },
    work_pools: { name: { any_: ['gcr'] } },
  })
})

test('late is a name, not a type', () => {
  expect(toRunsQuestion('state:late', now).body.flow_runs).toEqual({ state: { name: { any_: ['Late'] } } })
})

test('what cannot be understood is told and left out', () => {
  const { body, complaints } = toRunsQuestion('state:gone since:soon', now)
  expect(body).toEqual({})
  expect(complaints).toHaveLength(2)
})

test('quoted values keep their spaces, and text survives a round trip', () => {
  const query = 'deployment:"daily load" eta'
  expect(parseQuery(query)).toEqual([
    { key: 'deployment', value: 'daily load' },
    { key: 'text', value: 'eta' },
  ])
  expect(formatQuery(parseQuery(query))).toBe(query)
})

test('a colon in plain text is plain text', () => {
  expect(parseQuery('http://example.com')).toEqual([{ key: 'text', value: 'http://example.com' }])
})
