import { expect, test } from 'vitest'
import { elapsed, formatClock, formatDuration, formatRelative, parseSpan } from './time.ts'

test.for([
  [0, '0.0 s'],
  [9_949, '9.9 s'],
  [47_900, '47 s'],
  [221_000, '3 min 41 s'],
  [8_040_000, '2 h 14 min'],
  [273_600_000, '3 d 4 h'],
] as const)('%d ms are %s', ([ms, words]) => expect(formatDuration(ms)).toBe(words))

const now = Date.parse('2026-03-01T12:00:00Z')

test('a time is told from now', () => {
  expect(formatRelative('2026-03-01T12:02:00Z', now)).toBe('in 2 min')
  expect(formatRelative('2026-03-01T11:59:48Z', now)).toBe('12 s ago')
  expect(formatRelative('2026-03-01T12:00:02Z', now)).toBe('just now')
})

test('the date is told when it is another day', () => {
  expect(formatClock('2026-03-01T01:02:03Z', now, 'UTC')).toBe('01:02:03')
  expect(formatClock('2026-02-28T01:02:03Z', now, 'UTC')).toBe('28 Feb 01:02:03')
})

test('a run that has not ended lasts until now', () => {
  expect(elapsed(null, null, now)).toBeNull()
  expect(elapsed('2026-03-01T11:59:00Z', null, now)).toBe(60_000)
  expect(elapsed('2026-03-01T11:59:00Z', '2026-03-01T11:59:10Z', now)).toBe(10_000)
})

test('spans', () => {
  expect(parseSpan('24h')).toBe(86_400_000)
  expect(parseSpan('soon')).toBeNull()
})
