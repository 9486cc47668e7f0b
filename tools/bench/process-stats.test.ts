import { expect, test } from 'vitest'
import { parseCpuMicros } from './process-stats.ts'

test('user and system time are found behind any name of a process', () => {
  const stat = '42 (no) de (x) S 1 42 42 0 -1 4194560 1 2 3 4 150 50 0 0 20 0 11 0 1234 0 0'
  expect(parseCpuMicros(stat)).toBe(2_000_000)
})
