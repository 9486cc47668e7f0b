import { addSeconds, type Timestamp } from '@slipway/contract'
import { expect, test } from 'vitest'
import { createThrottle } from './throttle.ts'

function setUp() {
  let now: Timestamp = '2026-01-01T00:00:00.000000Z'
  const timers: { readonly ms: number; readonly callback: () => void }[] = []
  const throttle = createThrottle({
    clock: { now: () => now },
    timers: {
      after(ms, callback) {
        timers.push({ ms, callback })
        return () => {}
      },
    },
  })
  return {
    throttle,
    timers,
    advance: (seconds: number) => {
      now = addSeconds(now, seconds)
    },
    fireAll: () => {
      for (const { callback } of timers.splice(0)) callback()
    },
  }
}

test('the first mistakes are free, then answers wait ever longer, up to a limit', async () => {
  const { throttle, timers } = setUp()
  for (let index = 0; index < 3; index += 1) await throttle.failed('a')
  expect(timers).toEqual([])
  for (let index = 0; index < 7; index += 1) void throttle.failed('a')
  expect(timers.map(({ ms }) => ms)).toEqual([250, 500, 1_000, 2_000, 4_000, 5_000, 5_000])
})

test('who has too many answers waiting is not listened to, and nobody else notices', async () => {
  const { throttle, timers, fireAll } = setUp()
  const failed = Array.from({ length: 23 }, () => throttle.failed('a'))
  expect(timers).toHaveLength(20)
  expect([throttle.refusal('a'), throttle.refusal('b')]).toEqual([5, null])
  await throttle.failed('b')
  fireAll()
  await Promise.all(failed)
  expect(throttle.refusal('a')).toBeNull()
})

test('mistakes are forgotten', () => {
  const { throttle, timers, advance } = setUp()
  for (let index = 0; index < 6; index += 1) void throttle.failed('a')
  expect(timers).toHaveLength(3)
  advance(6 * 20)
  for (let index = 0; index < 3; index += 1) void throttle.failed('a')
  expect(timers).toHaveLength(3)
})

test('a flood of addresses does not fill the memory, and the newest are remembered', () => {
  const { throttle, timers } = setUp()
  for (let round = 0; round < 4; round += 1) void throttle.failed('first')
  expect(timers).toHaveLength(1)
  for (let index = 0; index < 10_000; index += 1) void throttle.failed(`other-${index}`)
  void throttle.failed('first')
  expect(timers).toHaveLength(1)
})
