import { expect, test } from 'vitest'
import { newQueueStatus, poolStatus } from './readiness.ts'

const pull = { is_paused: false, is_push: false, has_online_worker: false }
const push = { ...pull, is_push: true }

test.for([
  ['a pool without workers', pull, 'NOT_READY'],
  ['a pool with a worker', { ...pull, has_online_worker: true }, 'READY'],
  ['a paused pool with a worker', { ...pull, has_online_worker: true, is_paused: true }, 'PAUSED'],
  ['a push pool, which has no workers', push, 'READY'],
  ['a paused push pool', { ...push, is_paused: true }, 'PAUSED'],
] as const)('%s', ([, facts, status]) => {
  expect(poolStatus(facts)).toBe(status)
})

test.for([
  ['a queue that waits for workers', { is_paused: false, is_push: false }, 'NOT_READY'],
  ['a queue of a push pool', { is_paused: false, is_push: true }, 'READY'],
  ['a paused queue of a push pool', { is_paused: true, is_push: true }, 'PAUSED'],
] as const)('%s', ([, queue, status]) => {
  expect(newQueueStatus(queue)).toBe(status)
})
