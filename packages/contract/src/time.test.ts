import { expect, test } from 'vitest'
import { addSeconds, fromEpochMicros, parseTimestamp } from './time.ts'

const FIRST = '0001-01-01T00:00:00.000000Z'
const LAST = '9999-12-31T23:59:59.999000Z'

test.for([
  ['the last moment of Python', '9999-12-31T23:59:59.999999', '9999-12-31T23:59:59.999999Z'],
  ['the first', '0001-01-01T00:00:00+00:00', FIRST],
  ['a year of the first century', '0050-06-01 12:00Z', '0050-06-01T12:00:00.000000Z'],
  ['decimals before 1970, with an offset', '1969-12-31T23:59:59.000001+02:00', '1969-12-31T21:59:59.000001Z'],
  ['past the last year by its offset', '9999-12-31T23:59:59-05:00', null],
  ['before the first year by its offset', '0001-01-01T00:00:00+05:00', null],
  ['the year 0', '0000-06-01T00:00:00Z', null],
  ['a day that its month has not', '2025-02-30T00:00:00Z', null],
  ['a month that the year has not', '2025-13-01T00:00:00Z', null],
  ['hour 24', '2025-01-01T24:00:00Z', null],
] as const)('%s: %s', ([, text, moment]) => {
  expect(parseTimestamp(text)).toBe(moment)
})

test.for([
  ['a delay of a million years', addSeconds('2026-01-01T00:00:00.000000Z', 3e13), LAST],
  ['an endless delay', addSeconds('2026-01-01T00:00:00.000000Z', Infinity), LAST],
  ['a moment before all', addSeconds('2026-01-01T00:00:00.000000Z', -1e300), FIRST],
  ['one second after the last', addSeconds('9999-12-31T23:59:59.999999Z', 1), LAST],
  ['a microsecond', addSeconds('2026-01-01T00:00:00.000000Z', 0.000001), '2026-01-01T00:00:00.000001Z'],
  ['the last moment', fromEpochMicros(253_402_300_800_000_000), LAST],
] as const)('%s ends within the years that four digits can say', ([, moment, expected]) => {
  expect(moment).toBe(expected)
})
