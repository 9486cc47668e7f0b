import { describe, expect, test } from 'vitest'
import {
  AN_HOUR_LATER,
  A_MINUTE_AGO,
  NOW,
  sampleFlowRunFacts,
  sampleState,
  sampleTaskRunFacts,
} from '../../testing/sample-facts.ts'
import { bookkeepFlowRun, bookkeepTaskRun, nextStateTimestamp } from './bookkeeping.ts'
import { decideFlowRun } from './decide.ts'
import { NO_POLICY } from './empirical-policy.ts'
import { type StateRequest, proposeState } from './proposal.ts'
import type { FlowRunFacts } from './verdict.ts'

function kept(request: StateRequest, run: Partial<FlowRunFacts['run']>) {
  const facts = sampleFlowRunFacts(run)
  return bookkeepFlowRun({ run: facts.run, proposed: proposeState(request, NOW), now: NOW, state_id: 'state-new' })
}

describe('times', () => {
  const running = { state: sampleState('RUNNING'), start_time: A_MINUTE_AGO, expected_start_time: A_MINUTE_AGO }
  const failed = { state: sampleState('FAILED'), start_time: A_MINUTE_AGO, end_time: A_MINUTE_AGO }
  test.for([
    [
      'first RUNNING starts',
      { type: 'RUNNING' },
      { state: sampleState('PENDING') },
      { start_time: NOW, end_time: null },
    ],
    ['a later RUNNING does not', { type: 'RUNNING' }, running, { start_time: A_MINUTE_AGO, total_run_time: 60 }],
    ['an end', { type: 'COMPLETED' }, running, { end_time: NOW, total_run_time: 60 }],
    [
      'an end without a start',
      { type: 'CRASHED' },
      { state: sampleState('PENDING') },
      { start_time: NOW, end_time: NOW },
    ],
    ['another end', { type: 'CANCELLED' }, failed, { end_time: A_MINUTE_AGO }],
    ['a rerun', { type: 'RUNNING' }, failed, { end_time: null, start_time: A_MINUTE_AGO }],
    ['time in PENDING does not count', { type: 'RUNNING' }, { state: sampleState('PENDING') }, { total_run_time: 0 }],
    ['time is added up', { type: 'FAILED' }, { ...running, total_run_time: 1.5 }, { total_run_time: 61.5 }],
    [
      'first state, not scheduled',
      { type: 'PENDING' },
      {},
      { expected_start_time: NOW, next_scheduled_start_time: null },
    ],
    [
      'first state, scheduled',
      { type: 'SCHEDULED', state_details: { scheduled_time: AN_HOUR_LATER } },
      {},
      { expected_start_time: AN_HOUR_LATER, next_scheduled_start_time: AN_HOUR_LATER },
    ],
    [
      'scheduled again',
      { type: 'SCHEDULED', state_details: { scheduled_time: AN_HOUR_LATER } },
      running,
      { expected_start_time: A_MINUTE_AGO, next_scheduled_start_time: AN_HOUR_LATER },
    ],
    [
      'leaving SCHEDULED',
      { type: 'PENDING' },
      { state: sampleState('SCHEDULED'), next_scheduled_start_time: A_MINUTE_AGO },
      { next_scheduled_start_time: null },
    ],
  ] as const)('%s', ([, request, run, fields]) => {
    expect(kept(request, run).fields).toMatchObject(fields)
  })
})

describe('run count', () => {
  const resuming = { empirical_policy: { ...NO_POLICY, resuming: true } }
  test.for([
    ['RUNNING counts', 'RUNNING', {}, 1, false],
    ['PENDING does not', 'PENDING', {}, 0, false],
    ['not after a suspension', 'RUNNING', resuming, 0, false],
    ['an end clears the mark', 'CANCELLED', resuming, 0, false],
    ['a step keeps it', 'PENDING', resuming, 0, true],
  ] as const)('%s', ([, type, run, run_count, mark]) => {
    const { fields } = kept({ type }, run)
    expect([fields.run_count, fields.empirical_policy.resuming]).toEqual([run_count, mark])
  })

  test('the first resume of a pause counts, the next RUNNING does not', () => {
    const paused = sampleFlowRunFacts({ state: sampleState('PAUSED'), run_count: 1 })
    const running = proposeState({ type: 'RUNNING' }, NOW)
    const resumed = decideFlowRun(paused, running, { force: false })
    expect(resumed.next_run_fields).toMatchObject({ run_count: 2, empirical_policy: { resuming: true } })
    const again = { ...paused, run: { ...paused.run, ...resumed.next_run_fields, state: resumed.state } }
    const { next_run_fields } = decideFlowRun(again, running, { force: false })
    expect(next_run_fields).toMatchObject({ run_count: 2, empirical_policy: { resuming: false } })
  })

  test('of a task every RUNNING counts', () => {
    const { run } = sampleTaskRunFacts({ run_count: 3 })
    const entry = { run, proposed: proposeState({ type: 'RUNNING' }, NOW), now: NOW, state_id: 'state-new' }
    expect(bookkeepTaskRun(entry).fields.run_count).toBe(4)
  })
})

describe('the state that is written', () => {
  test('names its run, whatever the client says', () => {
    const details = { flow_run_id: 'another', task_run_id: 'kept' }
    expect(kept({ type: 'RUNNING', state_details: details }, {}).state).toMatchObject({
      id: 'state-new',
      timestamp: NOW,
      state_details: { flow_run_id: 'run-1', task_run_id: 'kept' },
    })
  })

  test.for([
    ['first', NOW, null, NOW],
    ['later', NOW, A_MINUTE_AGO, NOW],
    ['same microsecond', NOW, NOW, '2026-03-01T12:00:00.000001Z'],
    ['clock behind', NOW, AN_HOUR_LATER, '2026-03-01T13:00:00.000001Z'],
  ] as const)('comes after the one before: %s', ([, now, last, timestamp]) => {
    const state = last === null ? null : { ...sampleState('PENDING'), timestamp: last }
    expect(nextStateTimestamp(now, state)).toBe(timestamp)
  })
})
