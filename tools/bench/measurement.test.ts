import { expect, test } from 'vitest'
import { isChosen, latencies, percentile, rounded } from './measurement.ts'
import { runLoad } from './load.ts'

test('percentiles are samples, not means between them', () => {
  const samples = Array.from({ length: 100 }, (_, index) => 100 - index)
  expect([percentile(samples, 0.5), percentile(samples, 0.99), percentile(samples, 1)]).toEqual([50, 99, 100])
  expect(percentile([7], 0.99)).toBe(7)
  expect(latencies([1.23456, 2])).toEqual({ p50_ms: 1.235, p99_ms: 2 })
})

test.for([
  [0.12345, 0.123],
  [12.345, 12.3],
  [4_321.6, 4_322],
] as const)('%d is printed as %d', ([value, shown]) => expect(rounded(value)).toBe(shown))

test.for([
  ['api.logs.c16', [], true],
  ['api.logs.c16', ['api'], true],
  ['api.logs.c16', ['api.logs'], true],
  ['api.logs.c16', ['api.log'], false],
  ['api.logs.c1', ['api.logs.c16', 'start'], false],
] as const)('%s of %o: %s', ([name, wanted, expected]) => expect(isChosen(name, wanted)).toBe(expected))

test('a load sends every item once, at most so many at a time, and times each', async () => {
  let under_way = 0
  let most = 0
  const sent: number[] = []
  const { samplesMs } = await runLoad({ items: [1, 2, 3, 4, 5, 6, 7], concurrency: 3 }, async (item) => {
    under_way += 1
    most = Math.max(most, under_way)
    await Promise.resolve()
    sent.push(item)
    under_way -= 1
  })
  expect(sent.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7])
  expect(most).toBe(3)
  expect(samplesMs).toHaveLength(7)
})
