import { addSeconds } from '@slipway/contract'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findSilence } from './silence.ts'

const START = '2031-01-01T00:00:00.000000Z'
const at = (seconds: number) => addSeconds(START, seconds)
const watch = (now: number, since = 0) => ({ now: at(now), watching_since: at(since), timeout_seconds: 900 })

/** Heartbeats and other signs at these seconds; how long after `now` the run is silent. */
test.for<readonly [string, readonly number[], readonly number[], number, number, number | null]>([
  ['it never sent any', [], [5], 100_000, 0, null],
  ['every three minutes, then nothing', [0, 180, 360], [], 360 + 900, 0, 900],
  ['a second too early', [0, 180, 360], [], 360 + 899, 0, null],
  ['every ten minutes', [0, 600, 1_200], [], 1_200 + 2_399, 0, null],
  ['every ten minutes, then nothing', [0, 600, 1_200], [], 1_200 + 2_400, 0, 2_400],
  ['one alone says nothing about the next', [0], [], 3_599, 0, null],
  ['one alone is not waited for for ever', [0], [], 3_600, 0, 3_600],
  ['a log line is a sign of life', [0, 180], [800], 1_699, 0, null],
  ['the last log line is long ago too', [0, 180], [800], 1_700, 0, 900],
  ['nobody listened', [0, 180], [], 5_000, 4_101, null],
  ['somebody has listened long enough since', [0, 180], [], 5_000, 4_100, 4_820],
])('%s', ([, beats, others, now, since, seconds]) => {
  const heartbeats = beats.map(at).reverse()
  const silence = findSilence({ heartbeats, others: others.map(at) }, watch(now, since))
  expect(silence?.seconds ?? null).toBe(seconds)
})

test('a run that keeps its own pace is never silent', () => {
  const paces = fc.array(fc.integer({ min: 1, max: 4_000 }), { minLength: 2, maxLength: 6 })
  fc.assert(
    fc.property(paces, fc.nat(4_000), (gaps, rest) => {
      const times = gaps.reduce<number[]>((all, gap) => [...all, (all.at(-1) ?? 0) + gap], [0])
      const heartbeats = times.map(at).reverse()
      const wait = Math.min(rest, Math.max(...gaps))
      expect(findSilence({ heartbeats, others: [] }, watch((times.at(-1) ?? 0) + wait))).toBeNull()
    }),
  )
})
