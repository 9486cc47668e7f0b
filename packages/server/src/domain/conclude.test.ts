import { describe, expect, test } from 'vitest'
import { type Concluded, type Conclusion, conclude } from './conclude.ts'

const now = '2026-03-01T12:00:00.000000Z'
const in_5s = '2026-03-01T12:00:05.000000Z'
const ago_20s = '2026-03-01T11:59:40.000000Z'
const ago_25s = '2026-03-01T11:59:35.000000Z'
const ago_31s = '2026-03-01T11:59:29.000000Z'
const ago_10min = '2026-03-01T11:50:00.000000Z'

const ended = { phase: 'failed', exit_code: 1, reason: null, finished_at: ago_31s } as const
const usual: Conclusion = {
  submission: { sent_at: ago_10min, start_timeout_seconds: 600, report_grace_seconds: 30 },
  observation: ended,
  run: { state_type: 'RUNNING', state_name: 'Running', retry_type: null },
  now,
  first_missing_at: null,
  stop_requested: false,
}
const in_state = (
  state_type: Conclusion['run']['state_type'],
  state_name: string,
  retry_type: 'in_process' | null = null,
) => ({
  run: { state_type, state_name, retry_type },
})
const seen = (observation: Partial<Conclusion['observation']>) => ({
  observation: { ...ended, exit_code: null, ...observation },
})

function told(concluded: Concluded): string {
  switch (concluded.kind) {
    case 'nothing':
      return 'nothing'
    case 'wait':
      return `wait until ${concluded.until.slice(11, 19)}`
    case 'propose':
      return `${concluded.state.name}${concluded.stop ? ' and stop' : ''}: ${concluded.state.message ?? ''}`
  }
}

describe('conclude', () => {
  const disappeared = 'Crashed: The job disappeared: it was deleted outside Slipway before the run ended.'
  const late = 'Crashed and stop: The container did not start within 600 seconds.'
  const outside = 'Crashed: The execution was cancelled outside Slipway, in the cloud console or by another program.'
  const silent = 'Crashed: The container ended, but the run never reported its end (it was Running).'
  const unstarted =
    'Crashed: The container ended without starting the run. Its logs tell why; often it cannot reach the Slipway API.'
  test.for([
    ['exit code', {}, 'Crashed: The container exited with code 1 before the run reported its end (it was Running).'],
    ['reason in words', seen({ reason: 'Out of memory (limit 512Mi)' }), 'Crashed: Out of memory (limit 512Mi).'],
    ['exit code 0 is no success', seen({ phase: 'succeeded', exit_code: 0 }), silent],
    [
      'ended before it started',
      { ...seen({ phase: 'succeeded', exit_code: 0 }), ...in_state('PENDING', 'Submitting') },
      unstarted,
    ],
    ['reports may be on their way', seen({ finished_at: ago_25s }), 'wait until 12:00:05'],
    ['end without a time, seen first', seen({ finished_at: null }), 'wait until 12:00:30'],
    ['end without a time, seen before', { ...seen({ finished_at: null }), first_missing_at: ago_31s }, silent],
    ['run is over', in_state('COMPLETED', 'Completed'), 'nothing'],
    ['run is unknown', in_state(null, ''), 'nothing'],
    ['paused', in_state('PAUSED', 'Paused'), 'nothing'],
    ['suspended', in_state('PAUSED', 'Suspended'), 'nothing'],
    ['resuming elsewhere', in_state('SCHEDULED', 'Resuming'), 'nothing'],
    [
      'retrying in the process',
      { ...seen({ phase: 'succeeded' }), ...in_state('SCHEDULED', 'AwaitingRetry', 'in_process') },
      silent.replace('Running', 'AwaitingRetry'),
    ],

    [
      'pending',
      { ...seen({ phase: 'pending' }), ...in_state('PENDING', 'Submitting'), now: ago_20s },
      'wait until 12:00:00',
    ],
    ['pending too long', { ...seen({ phase: 'pending' }), ...in_state('PENDING', 'Submitting') }, late],
    [
      'pending too long, with a reason',
      { ...seen({ phase: 'pending', reason: 'no capacity' }), ...in_state('PENDING', 'Submitting') },
      `${late} no capacity.`,
    ],
    ['pending by an old look, but the run runs', seen({ phase: 'pending' }), 'nothing'],
    ['running', seen({ phase: 'running' }), 'nothing'],
    ['running, cancelling', { ...seen({ phase: 'running' }), ...in_state('CANCELLING', 'Cancelling') }, 'nothing'],

    ['cancelled outside', seen({ phase: 'cancelled' }), outside],
    [
      'cancelled by us',
      { ...seen({ phase: 'cancelled' }), stop_requested: true },
      'Crashed: Slipway stopped the execution before the run ended.',
    ],
    [
      'cancelling, stopped',
      { ...seen({ phase: 'cancelled', finished_at: now }), ...in_state('CANCELLING', 'Cancelling') },
      'Cancelled: The execution was stopped on request.',
    ],
    [
      'cancelling, ended by itself',
      in_state('CANCELLING', 'Cancelling'),
      'Cancelled: The execution ended while the run was being cancelled.',
    ],

    ['missing, seen first', seen({ phase: 'missing' }), 'wait until 12:00:30'],
    ['missing, seen 31 s ago', { ...seen({ phase: 'missing' }), first_missing_at: ago_31s }, disappeared],
    [
      'missing, but young',
      {
        ...seen({ phase: 'missing' }),
        first_missing_at: ago_31s,
        submission: { sent_at: ago_31s, start_timeout_seconds: 600, report_grace_seconds: 30 },
      },
      'wait until 12:00:29',
    ],
    [
      'missing, cancelling',
      { ...seen({ phase: 'missing' }), ...in_state('CANCELLING', 'Cancelling') },
      'Cancelled: The execution is gone; nothing of this run is running.',
    ],
    [
      'missing, suspended',
      { ...seen({ phase: 'missing' }), ...in_state('PAUSED', 'Suspended'), first_missing_at: ago_31s },
      'nothing',
    ],
  ] as const)('%s', ([, change, expected]) => {
    expect(told(conclude({ ...usual, ...change }))).toBe(expected)
  })

  test('the wait ends exactly when the grace does', () => {
    const observation = { ...ended, finished_at: ago_25s }
    expect(conclude({ ...usual, observation, now: in_5s }).kind).toBe('propose')
  })
})
