import { describe, expect, test } from 'vitest'
import { estimatedRunTime, estimatedStartTimeDelta } from './lateness.ts'

const earlier = '2026-03-01T11:58:30.000000Z'
const now = '2026-03-01T12:00:00.000000Z'
const later = '2026-03-01T12:00:10.500000Z'
const run = {
  state_type: 'PENDING',
  state_timestamp: earlier,
  start_time: null,
  expected_start_time: null,
  total_run_time: 0,
} as const

describe('estimated run time', () => {
  test.for([
    ['not running', { total_run_time: 5 }, 5],
    ['running', { state_type: 'RUNNING', total_run_time: 5 }, 95],
    ['ended', { state_type: 'COMPLETED', total_run_time: 7.25 }, 7.25],
    ['no state', { state_type: null, state_timestamp: null }, 0],
  ] as const)('%s', ([, change, seconds]) => {
    expect(estimatedRunTime({ ...run, ...change }, now)).toBe(seconds)
  })
})

describe('estimated start time delta', () => {
  test.for([
    ['nothing expected', {}, 0],
    ['started late', { expected_start_time: now, start_time: later }, 10.5],
    ['started early', { expected_start_time: later, start_time: now }, 0],
    ['overdue', { expected_start_time: earlier }, 90],
    ['not due', { expected_start_time: later }, 0],
    ['over without a start', { expected_start_time: earlier, state_type: 'CANCELLED' }, 0],
    ['no state', { expected_start_time: earlier, state_type: null }, 0],
  ] as const)('%s', ([, change, seconds]) => {
    expect(estimatedStartTimeDelta({ ...run, ...change }, now)).toBe(seconds)
  })
})
