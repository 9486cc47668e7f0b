import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fullJitterSeconds, jitter, nextTry } from './backoff.ts'

const backoff = { base_seconds: 2, cap_seconds: 60, budget_seconds: 300 }
const first_try_at = '2026-03-01T12:00:00.000000Z'

describe('full jitter', () => {
  test.for([
    [1, 0, 0],
    [1, 0.5, 1],
    [2, 0.5, 2],
    [5, 0.5, 16],
    [6, 0.5, 30],
    [1_000, 0.5, 30],
  ] as const)('after %d tries with %d', ([tries, fraction, seconds]) => {
    expect(fullJitterSeconds(backoff, tries, fraction)).toBe(seconds)
  })
})

describe('next try', () => {
  const failure = { tries: 2, first_try_at, now: '2026-03-01T12:01:00.000000Z', at_least_seconds: 0, fraction: 0.5 }
  test.for([
    ['soon', {}, { kind: 'again', at: '2026-03-01T12:01:02.000000Z' }],
    ['when the other side says', { at_least_seconds: 20 }, { kind: 'again', at: '2026-03-01T12:01:20.000000Z' }],
    ['at the end of the budget', { at_least_seconds: 240 }, { kind: 'again', at: '2026-03-01T12:05:00.000000Z' }],
    ['never', { at_least_seconds: 240.1 }, { kind: 'give-up' }],
  ] as const)('%s', ([, change, expected]) => {
    expect(nextTry(backoff, { ...failure, ...change })).toEqual(expected)
  })

  test('without a budget it goes on for ever', () => {
    const much_later = { ...failure, now: '2027-03-01T12:00:00.000000Z', tries: 5_000 }
    expect(nextTry({ ...backoff, budget_seconds: null }, much_later).kind).toBe('again')
  })
})

test('jitter stays around its average and above zero', () => {
  const number = fc.double({ min: 0, max: 1_000, noNaN: true })
  fc.assert(
    fc.property(
      number,
      fc.double({ min: 0, max: 3, noNaN: true }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (average, factor, fraction) => {
        const seconds = jitter(average, factor, fraction)
        expect(seconds).toBeGreaterThanOrEqual(0)
        expect(seconds).toBeLessThanOrEqual(average * (1 + factor) + 1e-9)
      },
    ),
  )
  expect(jitter(10, 0.3, 0.5)).toBe(10)
})
