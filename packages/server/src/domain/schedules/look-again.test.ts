import { addSeconds } from '@slipway/contract'
import { expect, test } from 'vitest'
import { lookAgainAt } from './look-again.ts'

const now = '2031-01-01T00:00:00.000000Z'
const horizon = { min_runs: 3, min_seconds: 3_600 }
const every = (seconds: number, count: number) =>
  Array.from({ length: count }, (_, index) => addSeconds(now, seconds * (index + 1)))

test.for([
  ['hourly: when the first of three begins', every(3_600, 3), 3_600],
  ['every ten minutes: when less than an hour is ahead', every(600, 7), 600],
  ['every ten seconds: after a minute', every(10, 360), 60],
  ['a last date soon: at that date', every(20, 2), 40],
  ['a date far away: when it begins', every(1_000_000, 1), 996_400],
  ['no date in sight: in a day', [], 86_400],
] as const)('%s', ([, dates, seconds]) => {
  expect(lookAgainAt({ dates, now, horizon, patience_seconds: 60 })).toBe(addSeconds(now, seconds))
})
