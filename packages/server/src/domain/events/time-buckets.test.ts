import { expect, test } from 'vitest'
import { timeBuckets } from './time-buckets.ts'

const NOW = '2026-05-08T00:00:00.000000Z'

test('without a span it is the last week', () => {
  expect(timeBuckets({ since: undefined, until: undefined, unit: 'day', interval: 1 }, NOW)).toEqual({
    since: '2026-05-01T00:00:00.000000Z',
    until: NOW,
    seconds: 86_400,
  })
})

test('an interval may be a fraction', () => {
  const since = '2026-05-07T23:00:00.000000Z'
  expect(timeBuckets({ since, until: NOW, unit: 'hour', interval: 0.5 }, NOW)).toMatchObject({ seconds: 1_800 })
})

test('too many stretches are refused with their number', () => {
  expect(timeBuckets({ since: undefined, until: undefined, unit: 'second', interval: 1 }, NOW)).toContain('604800')
})
