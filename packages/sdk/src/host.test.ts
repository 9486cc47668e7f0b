import { expect, test } from 'vitest'
import { createHost } from './host.ts'
import { addSeconds, createClock, secondsBetween } from './time.ts'
import { uuid7 } from './uuid7.ts'

test('the clock has microseconds and never stands still', () => {
  const clock = createClock(() => 1_767_312_000_000.25)
  expect([clock(), clock(), clock()]).toEqual([
    '2026-01-02T00:00:00.000250Z',
    '2026-01-02T00:00:00.000251Z',
    '2026-01-02T00:00:00.000252Z',
  ])
})

test.for([
  ['2026-01-02T00:00:00.000250Z', 1.5, '2026-01-02T00:00:01.500250Z'],
  ['2026-01-02T00:00:00.000001Z', -0.000002, '2026-01-01T23:59:59.999999Z'],
] as const)('%s plus %d s', ([from, seconds, to]) => {
  expect(addSeconds(from, seconds)).toBe(to)
  expect(secondsBetween(from, to)).toBeCloseTo(seconds, 9)
})

test('ids of version 7 sort by time', () => {
  const zeros = new Uint8Array(16)
  const ones = new Uint8Array(16).fill(255)
  expect(uuid7(1_767_312_000_000, ones)).toBe('019b7c01-0400-7fff-bfff-ffffffffffff')
  expect(uuid7(1_767_312_000_001, zeros)).toBe('019b7c01-0401-7000-8000-000000000000')
  expect(createHost().uuid7()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})

test('a sleep ends with the reason of its signal', async () => {
  const host = createHost()
  const controller = new AbortController()
  const asleep = host.sleep(3_000_000_000, controller.signal)
  const reason = new Error('wake up')
  controller.abort(reason)
  await expect(asleep).rejects.toBe(reason)
  await expect(host.sleep(0, controller.signal)).rejects.toBe(reason)
  await host.sleep(1, null)
})
