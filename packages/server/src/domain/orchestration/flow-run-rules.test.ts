import { describe, expect, test } from 'vitest'
import {
  AN_HOUR_LATER,
  A_MINUTE_AGO,
  NOW,
  sampleFlowRunFacts,
  sampleLimit,
  sampleState,
} from '../../testing/sample-facts.ts'
import { decideFlowRun, decideLateFlowRun } from './decide.ts'
import { NO_POLICY } from './empirical-policy.ts'
import { type StateRequest, proposeState, storedState } from './proposal.ts'
import type { FlowRunDecision, FlowRunFacts, State } from './verdict.ts'

type Run = Partial<FlowRunFacts['run']>
type Facts = Partial<Omit<FlowRunFacts, 'run'>>

const deployed = { deployment_id: 'deployment-1' }

function propose(request: StateRequest, run: Run, facts: Facts = {}): FlowRunDecision {
  return decideFlowRun(sampleFlowRunFacts(run, facts), proposeState(request, NOW), { force: false })
}

function force(request: StateRequest, run: Run, facts: Facts = {}): FlowRunDecision {
  return decideFlowRun(sampleFlowRunFacts(run, facts), proposeState(request, NOW), { force: true })
}

/** "reject Cancelled: why", "accept Running", "wait 30: why". */
function told({ verdict, state }: FlowRunDecision): string {
  const written = state === null ? '' : ` ${state.name}`
  switch (verdict.kind) {
    case 'accept':
      return `accept${written}`
    case 'wait':
      return `wait ${verdict.delay_seconds}: ${verdict.reason}`
    case 'reject':
    case 'abort':
      return `${verdict.kind}${written}: ${verdict.reason}`
  }
}

describe('keep-lease-id', () => {
  const leased = { deployment_concurrency_lease_id: 'lease-1' }
  test.for([
    ['sent as null', null, 'lease-1'],
    ['sent back', 'lease-1', 'lease-1'],
    ['another one', 'lease-2', 'lease-2'],
  ] as const)('%s', ([, sent, kept]) => {
    const state = sampleState('RUNNING', { state_details: leased })
    const details = { deployment_concurrency_lease_id: sent }
    const { state: written } = propose({ type: 'COMPLETED', state_details: details }, { state, ...deployed })
    expect(written?.state_details.deployment_concurrency_lease_id).toBe(kept)
  })
})

describe('prevent-duplicate-transitions', () => {
  const repeated = 'reject: This run has already made this state transition.'
  test.for([
    ['same', 'a', 'a', repeated],
    ['another', 'a', 'b', 'accept Running'],
    ['none before', null, 'a', 'accept Running'],
    ['none proposed', 'a', null, 'accept Running'],
    ['none at all', null, null, 'accept Running'],
  ] as const)('transition id: %s', ([, before, now, answer]) => {
    const state = sampleState('PENDING', { state_details: { transition_id: before } })
    expect(told(propose({ type: 'RUNNING', state_details: { transition_id: now } }, { state }))).toBe(answer)
  })

  test('it does not hold with force', () => {
    const state = sampleState('PENDING', { state_details: { transition_id: 'a' } })
    expect(told(force({ type: 'RUNNING', state_details: { transition_id: 'a' } }, { state }))).toBe('accept Running')
  })
})

describe('start-fence', () => {
  const submission = { id: 'submission-1', start_transition_id: null, is_void: false }
  const started = { ...submission, start_transition_id: 'first' }
  const voided = { ...submission, is_void: true }
  const in_process = { empirical_policy: { ...NO_POLICY, retry_type: 'in_process' as const } }
  const other_process = 'abort: This run was already started by another process of the same submission.'
  const given_up = 'abort: This attempt was given up; a process of it must not report states of the run.'
  const terminal = 'abort: Run is already in terminal state COMPLETED.'
  test.for([
    ['first start', 'PENDING', submission, {}, 'mine', 'accept Running'],
    [
      'lost answer, sent again',
      'RUNNING',
      started,
      {},
      'first',
      'reject: This run has already made this state transition.',
    ],
    [
      'sent again when it is over',
      'COMPLETED',
      started,
      {},
      'first',
      'reject: This run has already made this state transition.',
    ],
    ['second process', 'RUNNING', started, {}, 'mine', other_process],
    ['second process after a reschedule', 'SCHEDULED', started, {}, 'mine', other_process],
    ['second process of a pause', 'PAUSED', started, {}, 'mine', other_process],
    ['retry in the process', 'SCHEDULED', started, in_process, 'mine', 'accept Running'],
    [
      'retry in another process',
      'SCHEDULED',
      { ...started, start_client_id: 'a', client_id: 'b' },
      in_process,
      'mine',
      other_process,
    ],
    [
      'retry in the same process',
      'SCHEDULED',
      { ...started, start_client_id: 'a', client_id: 'a' },
      in_process,
      'mine',
      'accept Running',
    ],
    ['late start of a finished run', 'COMPLETED', submission, {}, 'mine', terminal],
    ['late second process of a finished run', 'COMPLETED', started, {}, 'mine', terminal],
    ['void', 'PENDING', voided, {}, 'mine', given_up],
    ['void, in-process retry', 'SCHEDULED', voided, in_process, 'mine', given_up],
    ['somebody else', 'COMPLETED', null, {}, 'mine', 'accept Running'],
  ] as const)('RUNNING: %s', ([, type, fence, run, transition_id, answer]) => {
    const facts = { submission: fence }
    const request = { type: 'RUNNING', state_details: { transition_id } } as const
    expect(told(propose(request, { state: sampleState(type), ...run }, facts))).toBe(answer)
    expect(told(force(request, { state: sampleState(type), ...run }, facts))).toBe(answer)
  })

  test.for([
    ['a void attempt ends', 'RUNNING', 'COMPLETED', voided, given_up],
    ['a void attempt confirms the cancellation', 'CANCELLING', 'CANCELLED', voided, 'accept Cancelled'],
    ['a second process reports', 'RUNNING', 'FAILED', started, 'accept Failed'],
  ] as const)('other states: %s', ([, from, to, fence, answer]) => {
    expect(told(propose({ type: to }, { state: sampleState(from) }, { submission: fence }))).toBe(answer)
  })

  test('a start is marked, with the id of the new state when the client sends none', () => {
    const { effects } = propose({ type: 'RUNNING' }, { state: sampleState('PENDING') }, { submission })
    expect(effects).toEqual([
      {
        kind: 'mark-submission-started',
        submission_id: 'submission-1',
        transition_id: 'state-new',
        client_id: null,
      },
    ])
  })

  test('a start that has to wait is not marked', () => {
    const state = sampleState('PENDING', { state_details: { scheduled_time: AN_HOUR_LATER } })
    const decision = propose({ type: 'RUNNING', state_details: { transition_id: 'mine' } }, { state }, { submission })
    expect([told(decision), decision.effects]).toEqual(['wait 3600: Scheduled time is in the future', []])
  })
})

describe('terminal-states', () => {
  const persisted = { type: 'reference', key: 'k' }
  const kept = 'reject: Cannot overwrite a COMPLETED state that carries persisted result data with one that does not.'
  test.for([
    ['FAILED', null, 'CANCELLING', null, {}, 'abort: Run is already in terminal state FAILED.'],
    ['CRASHED', null, 'PAUSED', null, {}, 'abort: Run is already in terminal state CRASHED.'],
    ['CANCELLED', null, 'CRASHED', null, {}, 'abort: Run is already in terminal state CANCELLED.'],
    ['COMPLETED', persisted, 'RUNNING', null, {}, 'reject: Run is already COMPLETED.'],
    ['COMPLETED', persisted, 'SCHEDULED', null, deployed, 'reject: Run is already COMPLETED.'],
    ['COMPLETED', persisted, 'COMPLETED', null, {}, kept],
    ['COMPLETED', persisted, 'COMPLETED', persisted, {}, 'accept Completed'],
    ['COMPLETED', persisted, 'FAILED', null, {}, 'accept Failed'],
    ['COMPLETED', { type: 'unpersisted' }, 'RUNNING', null, {}, 'accept Running'],
    ['COMPLETED', {}, 'RUNNING', null, {}, 'accept Running'],
    ['COMPLETED', 7, 'RUNNING', null, {}, 'accept Running'],
    ['COMPLETED', [1], 'RUNNING', null, {}, 'accept Running'],
    ['FAILED', persisted, 'RUNNING', null, {}, 'accept Running'],
    ['FAILED', null, 'SCHEDULED', null, {}, 'abort: Cannot reschedule a run without an associated deployment.'],
    ['FAILED', null, 'SCHEDULED', null, deployed, 'accept Scheduled'],
    ['FAILED', null, 'COMPLETED', null, {}, 'accept Completed'],
  ] as const)('%s with %j → %s with %j', ([from, before, to, now, run, answer]) => {
    expect(told(propose({ type: to, data: now }, { state: sampleState(from, { data: before }), ...run }))).toBe(answer)
  })

  test.for([
    ['SCHEDULED', 'reschedule'],
    ['PENDING', null],
    ['RUNNING', null],
  ] as const)('a rerun as %s begins with a clean policy', ([to, retry_type]) => {
    const empirical_policy = {
      ...NO_POLICY,
      retries: 2,
      resuming: true,
      pause_keys: ['1'],
      retry_type: 'in_process' as const,
    }
    const { next_run_fields: next } = propose(
      { type: to },
      { state: sampleState('FAILED'), ...deployed, empirical_policy },
    )
    expect(next?.empirical_policy).toEqual({ ...NO_POLICY, retries: 2, retry_type })
  })

  test('what a rerun wanted to clear stays when a later rule turns it away', () => {
    const empirical_policy = { ...NO_POLICY, pause_keys: ['1'] }
    const run = { state: sampleState('FAILED'), ...deployed, empirical_policy }
    const full = propose({ type: 'PENDING' }, run, { deployment_limit: sampleLimit(2) })
    expect([told(full), full.next_run_fields?.empirical_policy]).toEqual([
      'reject AwaitingConcurrencySlot: Deployment concurrency limit reached.',
      empirical_policy,
    ])
    const late = propose({ type: 'SCHEDULED', name: 'Late' }, run)
    expect([told(late), late.next_run_fields]).toEqual(['reject: Only scheduled flows can be marked late.', null])
  })

  test('not even force loses a stored result', () => {
    const run = { state: sampleState('COMPLETED', { data: persisted }) }
    expect(told(force({ type: 'COMPLETED' }, run))).toBe(kept)
    expect(told(force({ type: 'RUNNING' }, run))).toBe('accept Running')
  })
})

describe('cancelling', () => {
  const only = 'reject: Cannot transition flows that are cancelling to a state other than Cancelled.'
  test.for([
    ['COMPLETED', only],
    ['CRASHED', only],
    ['CANCELLING', only],
    ['RUNNING', only],
    ['CANCELLED', 'accept Cancelled'],
  ] as const)('CANCELLING → %s', ([to, answer]) => {
    expect(told(propose({ type: to }, { state: sampleState('CANCELLING') }))).toBe(answer)
  })

  const nothing_runs = 'reject Cancelled: Scheduled flow run has no infrastructure to terminate.'
  const suspended = 'reject Cancelled: Suspended flow run has no infrastructure to terminate.'
  test.for([
    ['scheduled', sampleState('SCHEDULED'), null, nothing_runs],
    ['scheduled, empty pid', sampleState('SCHEDULED'), '', nothing_runs],
    ['retrying in its process', sampleState('SCHEDULED', { name: 'AwaitingRetry' }), 'pid', 'accept Cancelling'],
    ['resuming, pid of before', sampleState('SCHEDULED', { name: 'Resuming' }), 'pid', nothing_runs],
    ['suspended', sampleState('PAUSED', { state_details: { pause_reschedule: true } }), 'pid', suspended],
    ['paused', sampleState('PAUSED'), null, 'accept Cancelling'],
    ['pending', sampleState('PENDING'), null, 'accept Cancelling'],
    ['running', sampleState('RUNNING'), null, 'accept Cancelling'],
  ] as const)('of a run that is %s', ([, state, infrastructure_pid, answer]) => {
    expect(told(propose({ type: 'CANCELLING' }, { state, infrastructure_pid, ...deployed }))).toBe(answer)
    expect(told(force({ type: 'CANCELLING' }, { state, infrastructure_pid, ...deployed }))).toBe(answer)
  })
})

describe('prevent-pending', () => {
  const guarded = (type: string) => `abort: This run is in a ${type} state and cannot transition to a PENDING state.`
  test.for([
    ['PENDING', 'Pending', 'Pending', guarded('PENDING')],
    ['PENDING', 'Pending', 'Submitting', 'accept Submitting'],
    ['PENDING', 'Submitting', 'InfrastructurePending', 'accept InfrastructurePending'],
    ['PENDING', 'Submitting', 'Submitting', guarded('PENDING')],
    ['PENDING', 'Submitting', 'Pending', guarded('PENDING')],
    ['RUNNING', 'Running', 'Pending', guarded('RUNNING')],
    ['RUNNING', 'Running', 'Submitting', guarded('RUNNING')],
    ['CANCELLED', 'Cancelled', 'Pending', guarded('CANCELLED')],
    ['FAILED', 'Failed', 'Pending', 'accept Pending'],
    ['SCHEDULED', 'Late', 'Pending', 'accept Pending'],
  ] as const)('%s "%s" → PENDING "%s"', ([type, before, name, answer]) => {
    expect(told(propose({ type: 'PENDING', name }, { state: sampleState(type, { name: before }) }))).toBe(answer)
  })

  test('a step on the way keeps time and lease', () => {
    const kept = { scheduled_time: A_MINUTE_AGO, deployment_concurrency_lease_id: 'lease-1' }
    const state = sampleState('PENDING', { state_details: kept })
    expect(propose({ type: 'PENDING', name: 'Submitting' }, { state }).state?.state_details).toMatchObject(kept)
  })
})

describe('deployment slots', () => {
  const leased = { deployment_concurrency_lease_id: 'lease-1' }
  const acquired = (lease_seconds: number) => [
    {
      kind: 'acquire-deployment-slot',
      limit_id: 'limit-1',
      lease_id: 'lease-new',
      lease_seconds,
      flow_run_id: 'run-1',
    },
  ]
  const full = 'Deployment concurrency limit reached.'
  test.for([
    ['free', { deployment_limit: sampleLimit(1) }, 'accept Pending', acquired(300)],
    [
      'free, own grace',
      { deployment_limit: sampleLimit(0, { grace_period_seconds: 60 }) },
      'accept Pending',
      acquired(60),
    ],
    ['no limit', {}, 'accept Pending', []],
    ['full', { deployment_limit: sampleLimit(2) }, `reject AwaitingConcurrencySlot: ${full}`, []],
    ['almost decayed', { deployment_limit: sampleLimit(1.5) }, `reject AwaitingConcurrencySlot: ${full}`, []],
    [
      'full, cancel',
      { deployment_limit: sampleLimit(2, { collision_strategy: 'CANCEL_NEW' }) },
      `reject Cancelled: ${full}`,
      [],
    ],
    [
      'closed',
      { deployment_limit: sampleLimit(0, { limit: 0 }) },
      'abort: The deployment concurrency limit is 0. The flow will deadlock if submitted again.',
      [],
    ],
    ['deployment deleted', { deployment_found: false }, 'abort: Deployment not found.', []],
    ['worker that counts itself', { deployment_limit: sampleLimit(2), client_version: '3.0.2' }, 'accept Pending', []],
  ] as const)('SCHEDULED → PENDING, %s', ([, facts, answer, effects]) => {
    const decision = propose({ type: 'PENDING' }, { state: sampleState('SCHEDULED'), ...deployed }, facts)
    expect([told(decision), decision.effects]).toEqual([answer, effects])
  })

  test('who waits for a slot comes again in 30 s', () => {
    const run = { state: sampleState('SCHEDULED'), ...deployed }
    const { next_run_fields: next } = propose({ type: 'PENDING' }, run, { deployment_limit: sampleLimit(2) })
    expect(next?.next_scheduled_start_time).toBe('2026-03-01T12:00:30.000000Z')
  })

  const renewed = [{ kind: 'renew-lease', lease_id: 'lease-1', lease_seconds: 300 }]
  const pinned = [{ kind: 'pin-lease', lease_id: 'lease-1' }]
  const lost = 'reject Cancelled: Deployment concurrency limit reached after lease expiry.'
  const released = [{ kind: 'release-deployment-slot', lease_id: 'lease-1', limit_id: 'limit-1', flow_run_id: 'run-1' }]
  test.for([
    ['held', sampleLimit(2), true, '3.8.8', 'accept Running', renewed],
    ['lost, another free', sampleLimit(1), false, '3.4.11', 'accept Running', acquired(300)],
    ['lost, none free', sampleLimit(2), false, '3.8.8', lost, released],
    ['old client', sampleLimit(2), false, '3.4.10', 'accept Running', pinned],
    ['unknown client', sampleLimit(2), true, null, 'accept Running', pinned],
    ['limit removed', null, true, '3.8.8', 'accept Running', []],
  ] as const)('PENDING → RUNNING, slot %s', ([, deployment_limit, lease_alive, client_version, answer, effects]) => {
    const state = sampleState('PENDING', { state_details: leased })
    const facts = { deployment_limit, lease_alive, client_version }
    const decision = propose({ type: 'RUNNING' }, { state, ...deployed }, facts)
    expect([told(decision), decision.effects]).toEqual([answer, effects])
  })

  test.for([
    ['RUNNING', { type: 'COMPLETED' }, leased, {}, released],
    ['RUNNING', { type: 'PAUSED' }, leased, {}, released],
    ['PENDING', { type: 'CRASHED' }, leased, {}, released],
    ['RUNNING', { type: 'SCHEDULED', name: 'AwaitingRetry' }, leased, {}, released],
    ['RUNNING', { type: 'CANCELLING' }, leased, {}, []],
    ['RUNNING', { type: 'COMPLETED' }, {}, {}, [{ ...released[0], lease_id: null }]],
    ['SCHEDULED', { type: 'CANCELLED' }, leased, {}, []],
    ['RUNNING', { type: 'COMPLETED' }, leased, { deployment_id: null }, []],
  ] as const)('%s → %j gives back what it should', ([from, request, details, run, effects]) => {
    const state = sampleState(from, { state_details: details })
    const facts = { deployment_limit: sampleLimit(2), lease_alive: true }
    expect(propose(request, { state, ...deployed, ...run }, facts).effects).toEqual(effects)
    expect(force(request, { state, ...deployed, ...run }, facts).effects).toEqual(effects)
  })

  test('a retry in the same process keeps its slot', () => {
    const state = sampleState('RUNNING', { state_details: leased })
    const run = { state, ...deployed, run_count: 1, empirical_policy: { ...NO_POLICY, retries: 3 } }
    const decision = propose({ type: 'FAILED' }, run, { deployment_limit: sampleLimit(2), lease_alive: true })
    expect([told(decision), decision.effects]).toEqual(['reject AwaitingRetry: Retrying', []])
  })
})

describe('late', () => {
  const late = proposeState({ type: 'SCHEDULED', name: 'Late', state_details: { scheduled_time: A_MINUTE_AGO } }, NOW)
  const full = { deployment_limit: sampleLimit(2, { collision_strategy: 'CANCEL_NEW' }) }
  test.for([
    ['scheduled', sampleState('SCHEDULED'), {}, 'accept Late'],
    ['late already', sampleState('SCHEDULED', { name: 'Late' }), {}, 'reject: This flow run is already marked late.'],
    ['pending by now', sampleState('PENDING'), {}, 'reject: Only scheduled flows can be marked late.'],
    [
      'slots full, new ones are cancelled',
      sampleState('SCHEDULED'),
      full,
      'reject Cancelled: Deployment concurrency limit is full and uses the CANCEL_NEW strategy.',
    ],
    ['slots full, new ones wait', sampleState('SCHEDULED'), { deployment_limit: sampleLimit(2) }, 'accept Late'],
  ] as const)('a run that is %s', ([, state, facts, answer]) => {
    expect(told(decideLateFlowRun(sampleFlowRunFacts({ state, ...deployed }, facts), late))).toBe(answer)
  })
})

describe('pausing', () => {
  const pause = { type: 'PAUSED', state_details: { pause_key: '1' } } as const
  const suspend = {
    type: 'PAUSED',
    name: 'Suspended',
    state_details: { pause_key: '1', pause_reschedule: true },
  } as const
  test.for([
    ['pause', pause, {}, 'accept Paused'],
    ['suspend', suspend, deployed, 'accept Suspended'],
    [
      'not running',
      pause,
      { state: sampleState('PENDING') },
      'reject: Cannot pause flows that are not currently running.',
    ],
    [
      'suspend, not running',
      suspend,
      { state: sampleState('PENDING') },
      'reject: Cannot suspend flows that are not currently running.',
    ],
    ['no state', pause, { state: null }, 'abort: Cannot pause flows with no state.'],
    [
      'fired',
      pause,
      { empirical_policy: { ...NO_POLICY, pause_keys: ['1'] } },
      'reject: This pause has already fired.',
    ],
    [
      'suspend fired',
      suspend,
      { empirical_policy: { ...NO_POLICY, pause_keys: ['1'] } },
      'reject: This suspend has already fired.',
    ],
    ['suspend a subflow', suspend, { ...deployed, parent_task_run_id: 'task' }, 'abort: Cannot suspend subflows.'],
    ['suspend ad hoc', suspend, {}, 'abort: Cannot suspend flows without a deployment.'],
    [
      'the verb follows the name, not the flag',
      { type: 'PAUSED', state_details: { pause_reschedule: true } },
      {},
      'abort: Cannot pause flows without a deployment.',
    ],
  ] as const)('%s', ([, request, run, answer]) => {
    expect(told(propose(request, { state: sampleState('RUNNING'), ...run }))).toBe(answer)
  })

  test('the key is remembered; without one it gets its own', () => {
    const run = { state: sampleState('RUNNING'), empirical_policy: { ...NO_POLICY, pause_keys: ['0'] } }
    expect(propose(pause, run).next_run_fields?.empirical_policy.pause_keys).toEqual(['0', '1'])
    expect(propose({ type: 'PAUSED' }, run).next_run_fields?.empirical_policy.pause_keys).toEqual(['0', 'key-new'])
  })
})

describe('resuming', () => {
  const suspended = { pause_reschedule: true }
  const expired = { pause_timeout: A_MINUTE_AGO }
  const over = 'reject Failed: The flow run pause has timed out and can no longer resume.'
  test.for([
    ['RUNNING', {}, {}, 'accept Running'],
    ['SCHEDULED', suspended, deployed, 'accept Resuming'],
    ['SCHEDULED', suspended, {}, 'reject: Cannot reschedule a resuming flow run without a deployment.'],
    [
      'PENDING',
      {},
      {},
      'reject: This run cannot transition to the StateType.PENDING state from the StateType.PAUSED state.',
    ],
    ['RUNNING', expired, {}, over],
    ['COMPLETED', expired, {}, over],
    ['CANCELLING', expired, {}, 'accept Cancelling'],
    ['CANCELLED', {}, {}, 'accept Cancelled'],
  ] as const)('PAUSED → %s, %j, %j', ([type, details, run, answer]) => {
    const state = sampleState('PAUSED', { state_details: details })
    const name = type === 'SCHEDULED' ? 'Resuming' : null
    const decision = propose({ type, name }, { state, ...run })
    expect(told(decision)).toBe(answer)
    // Whatever the answer; measured on a stock server.
    expect(decision.next_run_fields?.empirical_policy.resuming).toBe(true)
  })

  test('the message names what was proposed', () => {
    const state = sampleState('PAUSED', { state_details: expired })
    expect(propose({ type: 'RUNNING' }, { state }).state?.message).toBe('The flow was running and never resumed.')
  })
})

describe('scheduled time', () => {
  test.for([
    ['none', null, 'accept Running'],
    ['past', A_MINUTE_AGO, 'accept Running'],
    ['less than half a second', '2026-03-01T12:00:00.500000Z', 'accept Running'],
    ['more than half a second', '2026-03-01T12:00:00.500001Z', 'wait 1: Scheduled time is in the future'],
    ['30 s', '2026-03-01T12:00:30.200000Z', 'wait 30: Scheduled time is in the future'],
  ] as const)('RUNNING from PENDING, %s', ([, scheduled_time, answer]) => {
    const state = sampleState('PENDING', { state_details: { scheduled_time } })
    expect(told(propose({ type: 'RUNNING' }, { state }))).toBe(answer)
  })

  test.for([
    ['copied', null, A_MINUTE_AGO],
    ['its own', AN_HOUR_LATER, AN_HOUR_LATER],
  ] as const)('PENDING keeps it: %s', ([, sent, kept]) => {
    const state = sampleState('SCHEDULED')
    const details = { scheduled_time: sent }
    expect(propose({ type: 'PENDING', state_details: details }, { state }).state?.state_details.scheduled_time).toBe(
      kept,
    )
  })
})

describe('retry-failed-flow', () => {
  const failed = { type: 'FAILED', message: 'boom', data: { type: 'reference' } } as const
  test.for([
    ['not asked for', { retries: null }, 1, 'accept Failed', null],
    ['none', { retries: 0 }, 1, 'accept Failed', null],
    ['first', { retries: 2 }, 1, 'reject AwaitingRetry: Retrying', 'in_process'],
    ['last', { retries: 2 }, 2, 'reject AwaitingRetry: Retrying', 'in_process'],
    ['used up', { retries: 2, retry_type: 'in_process' as const }, 3, 'accept Failed', null],
  ] as const)('retries: %s', ([, policy, run_count, answer, retry_type]) => {
    const run = { state: sampleState('RUNNING'), run_count, empirical_policy: { ...NO_POLICY, ...policy } }
    const decision = propose(failed, run)
    expect([told(decision), decision.next_run_fields?.empirical_policy.retry_type]).toEqual([answer, retry_type])
  })

  test('the next try carries what failed, its delay and its slot', () => {
    const state = sampleState('RUNNING', { state_details: { deployment_concurrency_lease_id: 'lease-1' } })
    const empirical_policy = { ...NO_POLICY, retries: 1, retry_delay: 45, pause_keys: ['1'], resuming: true }
    const { state: written, next_run_fields } = propose(failed, { state, run_count: 1, empirical_policy, ...deployed })
    expect(written).toMatchObject({
      message: 'boom',
      data: { type: 'reference' },
      state_details: { scheduled_time: '2026-03-01T12:00:45.000000Z', deployment_concurrency_lease_id: 'lease-1' },
    })
    expect(next_run_fields?.empirical_policy).toMatchObject({ pause_keys: [], resuming: false, retries: 1 })
  })
})

describe('hand-back', () => {
  const submission = { id: 'submission-1', start_transition_id: 'first', is_void: false }
  test.for([
    ['by its process', submission, 'in_process', 'reschedule'],
    ['by somebody else', null, 'in_process', 'in_process'],
    ['never retried', submission, null, null],
  ] as const)('%s', ([, fence, before, after]) => {
    const run = { state: sampleState('RUNNING'), empirical_policy: { ...NO_POLICY, retry_type: before } }
    const { next_run_fields } = propose({ type: 'SCHEDULED', name: 'AwaitingRetry' }, run, { submission: fence })
    expect(next_run_fields?.empirical_policy.retry_type).toBe(after)
  })
})

describe('mirror-to-parent', () => {
  test.for([
    ['accepted', { type: 'RUNNING' }, 'Running'],
    ['put in place of a refused one', { type: 'CANCELLING' }, 'Cancelled'],
  ] as const)('a state that is %s appears in the parent', ([, request, name]) => {
    const run = { state: sampleState('SCHEDULED'), parent_task_run_id: 'task-1' }
    const { effects, state } = propose(request, run)
    expect(effects).toMatchObject([
      {
        kind: 'mirror-to-parent-task-run',
        task_run_id: 'task-1',
        proposed: { name, state_details: { child_flow_run_id: 'run-1' } },
      },
    ])
    expect(state?.state_details.task_run_id).toBe('task-1')
  })

  test('a refusal that writes nothing does not', () => {
    const run = { state: sampleState('PENDING'), parent_task_run_id: 'task-1' }
    expect(propose({ type: 'PAUSED' }, run).effects).toEqual([])
  })
})

test.for([
  ['a reference', { type: 'reference' }, { type: 'reference' }],
  ['a plain value', 7, 7],
  ['nothing persisted', { type: 'unpersisted' }, null],
] as const)('%s is read back as it should', ([, data, read]) => {
  const state: State = sampleState('COMPLETED', { data })
  expect(storedState(state).data).toEqual(read)
})
