import { describe, expect, test } from 'vitest'
import {
  AN_HOUR_LATER,
  A_MINUTE_AGO,
  NOW,
  sampleState,
  sampleTagLimit,
  sampleTaskRunFacts,
} from '../../testing/sample-facts.ts'
import { decideTaskRun } from './decide.ts'
import { type StateRequest, proposeState } from './proposal.ts'
import type { State, TaskRunDecision, TaskRunFacts } from './verdict.ts'

type Run = Partial<TaskRunFacts['run']>
type Facts = Partial<Omit<TaskRunFacts, 'run'>>

function propose(request: StateRequest, run: Run = {}, facts: Facts = {}): TaskRunDecision {
  return decideTaskRun(sampleTaskRunFacts(run, facts), proposeState(request, NOW), { force: false })
}

function told({ verdict, state }: TaskRunDecision): string {
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

function flowRun(state: State | null, run_count = 1): Facts {
  return { flow_run: { id: 'run-1', run_count, state } }
}

describe('retrieve-cache', () => {
  const cached_state = sampleState('COMPLETED', { data: { type: 'reference' }, state_details: { cache_key: 'k' } })
  test.for([
    ['hit', { cache_key: 'k' }, 'reject Cached: Retrieved state from cache'],
    ['refresh', { cache_key: 'k', refresh_cache: true }, 'accept Running'],
    ['no key', {}, 'accept Running'],
  ] as const)('%s', ([, state_details, answer]) => {
    expect(told(propose({ type: 'RUNNING', state_details }, {}, { cached_state }))).toBe(answer)
  })

  test('the copy is a state of this task run', () => {
    const { state } = propose({ type: 'RUNNING', state_details: { cache_key: 'k' } }, {}, { cached_state })
    expect(state).toMatchObject({ id: 'state-new', timestamp: NOW, type: 'COMPLETED', data: { type: 'reference' } })
    expect(state?.state_details.task_run_id).toBe('task-1')
  })

  test('it comes before everything else', () => {
    const facts = { cached_state, ...flowRun(sampleState('FAILED')), tag_limits: [sampleTagLimit('db', { limit: 0 })] }
    const decision = propose({ type: 'RUNNING', state_details: { cache_key: 'k' } }, {}, facts)
    expect(told(decision)).toBe('reject Cached: Retrieved state from cache')
  })
})

describe('terminal-task-states', () => {
  const reference = { type: 'reference' }
  test.for([
    ['FAILED', null, 'CRASHED', 'abort: Run is already FAILED.'],
    ['COMPLETED', null, 'CANCELLING', 'abort: Run is already COMPLETED.'],
    ['CRASHED', null, 'PAUSED', 'abort: Run is already CRASHED.'],
    ['COMPLETED', reference, 'RUNNING', 'reject: This run is already completed.'],
    ['COMPLETED', reference, 'FAILED', 'reject: This run is already completed.'],
    ['COMPLETED', { type: 'unpersisted' }, 'RUNNING', 'accept Running'],
    ['COMPLETED', null, 'FAILED', 'accept Failed'],
    ['FAILED', null, 'RUNNING', 'accept Running'],
  ] as const)('%s with %j → %s', ([from, data, to, answer]) => {
    expect(told(propose({ type: to }, { state: sampleState(from, { data }), flow_run_run_count: 1 }))).toBe(answer)
  })

  test('a rerun has all its retries again and says why it runs', () => {
    const run = { state: sampleState('FAILED'), run_count: 3, flow_run_run_count: 1 }
    const decision = propose({ type: 'RUNNING' }, run, flowRun(sampleState('RUNNING'), 2))
    expect([told(decision), decision.next_run_fields]).toMatchObject([
      'accept Retrying',
      { run_count: 1, flow_run_run_count: 2 },
    ])
  })

  test('the count stays when the flow does not run', () => {
    const run = { state: sampleState('FAILED'), run_count: 3 }
    const decision = propose({ type: 'RUNNING' }, run, flowRun(sampleState('PAUSED')))
    expect([decision.state?.name, decision.next_run_fields?.run_count]).toEqual(['NotReady', 3])
  })
})

describe('running-flow-only', () => {
  const must_run = 'abort: The enclosing flow must be running to begin task execution.'
  test.for([
    ['runs', sampleState('RUNNING'), 'accept Running'],
    ['has no state', null, must_run],
    ['is pending', sampleState('PENDING'), must_run],
    ['is cancelling', sampleState('CANCELLING'), must_run],
    [
      'is paused',
      sampleState('PAUSED'),
      'reject NotReady: The flow is paused, new tasks can execute after resuming flow run: run-1.',
    ],
  ] as const)('the flow %s', ([, state, answer]) => {
    expect(told(propose({ type: 'RUNNING' }, {}, flowRun(state)))).toBe(answer)
  })

  test('there is none', () => {
    expect(told(propose({ type: 'RUNNING' }, { flow_run_id: null }, { flow_run: null }))).toBe('accept Running')
  })

  test('a task waits as long as its flow', () => {
    const paused = sampleState('PAUSED', { state_details: { pause_timeout: AN_HOUR_LATER, pause_reschedule: true } })
    expect(propose({ type: 'RUNNING' }, {}, flowRun(paused)).state).toMatchObject({
      type: 'PAUSED',
      state_details: { pause_timeout: AN_HOUR_LATER, pause_reschedule: true },
    })
  })
})

describe('tag slots', () => {
  const tags = ['db', 'api']
  const limits = (db: object, api: object = {}) => ({
    tag_limits: [sampleTagLimit('db', db), sampleTagLimit('api', api)],
  })
  const closed = 'abort: The concurrency limit on tag "api" is 0 and will deadlock if the task tries to run again.'
  const acquired = {
    kind: 'acquire-tag-slots',
    limit_ids: ['limit-db', 'limit-api'],
    lease_id: 'lease-new',
    task_run_id: 'task-1',
  }
  test.for([
    ['free', limits({}), 'accept Running', [acquired]],
    ['one full', limits({ active_slots: 1 }), 'wait 2: Concurrency limit reached for tags: db, api', []],
    [
      'long stays',
      limits({ active_slots: 1, avg_slot_occupancy_seconds: 600 }),
      'wait 10: Concurrency limit reached for tags: db, api',
      [],
    ],
    ['one closed', limits({}, { limit: 0 }), closed, []],
    ['one full, one closed', limits({ active_slots: 1 }, { limit: 0 }), closed, []],
    ['none limited', {}, 'accept Running', []],
  ] as const)('%s', ([, facts, answer, effects]) => {
    const decision = propose({ type: 'RUNNING' }, { tags }, facts)
    expect([told(decision), decision.effects]).toEqual([answer, effects])
  })

  test.for([
    ['COMPLETED', true],
    ['SCHEDULED', true],
    ['PENDING', true],
    ['CANCELLING', false],
  ] as const)('%s gives back: %s', ([type, gives_back]) => {
    const run = { state: sampleState('RUNNING'), tags }
    const effects = gives_back ? [{ kind: 'release-tag-slots', task_run_id: 'task-1' }] : []
    expect(propose({ type }, run).effects).toEqual(effects)
    const forced = decideTaskRun(sampleTaskRunFacts(run), proposeState({ type }, NOW), { force: true })
    expect(forced.effects).toEqual(effects)
  })
})

describe('scheduled time', () => {
  test.for([
    ['past', A_MINUTE_AGO, 'accept Running'],
    ['future', AN_HOUR_LATER, 'wait 3600: Scheduled time is in the future'],
  ] as const)('%s', ([, scheduled_time, answer]) => {
    const state = sampleState('SCHEDULED', { state_details: { scheduled_time } })
    expect(told(propose({ type: 'RUNNING' }, { state }))).toBe(answer)
  })
})

describe('retry-failed-task', () => {
  const retrying = 'reject AwaitingRetry: Retrying'
  const none = { retries: null, retry_delay: null, retry_jitter_factor: null }
  test.for([
    ['no retries', none, 1, null, 'accept Failed', null],
    ['no delay', { ...none, retries: 1 }, 1, null, retrying, 0],
    ['delay', { ...none, retries: 1, retry_delay: 2.5 }, 1, null, retrying, 2.5],
    ['first of several', { ...none, retries: 3, retry_delay: [1, 10] }, 1, null, retrying, 1],
    ['second of several', { ...none, retries: 3, retry_delay: [1, 10] }, 2, null, retrying, 10],
    ['beyond the list', { ...none, retries: 3, retry_delay: [1, 10] }, 3, null, retrying, 10],
    ['empty list', { ...none, retries: 3, retry_delay: [] }, 1, null, retrying, 0],
    ['jitter', { retries: 1, retry_delay: 10, retry_jitter_factor: 0.5 }, 1, null, retrying, 10],
    ['used up', { ...none, retries: 1 }, 2, null, 'accept Failed', null],
    ['not retriable', { ...none, retries: 1 }, 1, false, 'accept Failed', null],
  ] as const)('%s', ([, empirical_policy, run_count, retriable, answer, delay]) => {
    const run = { state: sampleState('RUNNING'), run_count, empirical_policy }
    const decision = propose({ type: 'FAILED', state_details: { retriable } }, run)
    expect(told(decision)).toBe(answer)
    const at =
      delay === null
        ? null
        : `2026-03-01T12:00:${String(Math.floor(delay)).padStart(2, '0')}.${delay % 1 === 0 ? '0' : '5'}00000Z`
    expect(decision.next_run_fields?.next_scheduled_start_time).toBe(at)
  })
})

describe('names of runs', () => {
  test.for([
    ['first', sampleState('PENDING'), 0, 'accept Running'],
    ['after a retry', sampleState('SCHEDULED', { name: 'AwaitingRetry' }), 1, 'accept Retrying'],
    ['again', sampleState('PENDING'), 1, 'accept Rerunning'],
    ['no state', null, 0, 'accept Running'],
  ] as const)('%s', ([, state, run_count, answer]) => {
    expect(told(propose({ type: 'RUNNING' }, { state, run_count }))).toBe(answer)
  })

  test('a task knows in which run of its flow it ran', () => {
    const { next_run_fields } = propose({ type: 'RUNNING' }, {}, flowRun(sampleState('RUNNING'), 4))
    expect(next_run_fields?.flow_run_run_count).toBe(4)
  })
})

describe('insert-cache', () => {
  const too_long = 'reject Completed: Cache key exceeded maximum allowed length of 2000 characters.'
  test.for([
    ['a key', 'k', 'accept Completed', 1],
    ['no key', null, 'accept Completed', 0],
    ['the longest', 'x'.repeat(2_000), 'accept Completed', 1],
    ['too long', 'x'.repeat(2_001), too_long, 0],
  ] as const)('%s', ([, cache_key, answer, entries]) => {
    const state_details = { cache_key, cache_expiration: AN_HOUR_LATER }
    const decision = propose({ type: 'COMPLETED', state_details }, { state: sampleState('RUNNING') })
    expect([told(decision), decision.effects.length]).toEqual([answer, entries])
  })
})

describe('background tasks', () => {
  const deferred = { deferred: true, task_parameters_id: 'parameters-1' }
  const scheduled = sampleState('SCHEDULED', { state_details: deferred })
  const background = { flow_run_id: null, state: scheduled }
  const nobody = { flow_run: null }
  test.for([
    ['scheduled', { type: 'SCHEDULED' }, false],
    ['retried', { type: 'SCHEDULED', name: 'AwaitingRetry' }, true],
  ] as const)('%s: goes to its queue, with force too', ([, request, is_retry]) => {
    const facts = sampleTaskRunFacts({ flow_run_id: null }, nobody)
    const proposed = proposeState({ ...request, state_details: deferred }, NOW)
    const queued = [{ kind: 'enqueue-background-task', task_key: 'extract', task_run_id: 'task-1', is_retry }]
    expect(decideTaskRun(facts, proposed, { force: true }).effects).toEqual(queued)
    expect(decideTaskRun(facts, proposed, { force: false }).effects).toEqual(queued)
  })

  test.for(['PENDING', 'RUNNING'] as const)('%s keeps the parameters', (type) => {
    const { state } = propose({ type, state_details: { deferred: true } }, background, nobody)
    expect(state?.state_details.task_parameters_id).toBe('parameters-1')
  })

  test('only one worker gets it', () => {
    const run = { ...background, state: sampleState('PENDING', { state_details: deferred }) }
    const decision = propose({ type: 'PENDING', state_details: { deferred: true } }, run, nobody)
    expect(told(decision)).toBe('abort: This run is in a PENDING state and cannot transition to a PENDING state.')
  })

  test('its tags are not limited here', () => {
    const facts = { ...nobody, tag_limits: [sampleTagLimit('db', { limit: 0 })] }
    const request = { type: 'RUNNING', state_details: { deferred: true } } as const
    expect(told(propose(request, { ...background, tags: ['db'] }, facts))).toBe('accept Running')
  })
})

test('with force the word of the caller counts', () => {
  const facts = sampleTaskRunFacts({ state: sampleState('COMPLETED', { data: { type: 'reference' } }) }, flowRun(null))
  expect(told(decideTaskRun(facts, proposeState({ type: 'RUNNING' }, NOW), { force: true }))).toBe('accept Running')
})
