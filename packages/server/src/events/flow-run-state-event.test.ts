import { describe, expect, test } from 'vitest'
import { sampleState } from '../testing/sample-facts.ts'
import { type FlowRunStateChange, flowRunStateEvent } from './flow-run-state-event.ts'

const nowhere: FlowRunStateChange['surroundings'] = {
  flow: null,
  deployment: null,
  work_queue: null,
  work_pool: null,
  parent_task_run: null,
  created_by: null,
}
const change: FlowRunStateChange = {
  run: { id: 'r1', name: 'amber-otter', tags: ['b'], run_count: 2 },
  initial_state: { ...sampleState('PENDING', { name: 'Submitting' }), id: 'before' },
  state: {
    ...sampleState('FAILED', { name: 'TimedOut', message: 'too slow' }),
    id: 'after',
    timestamp: '2026-03-01T12:00:00.250000Z',
  },
  surroundings: nowhere,
}

test('an event is named after the state and carries its id', () => {
  expect(flowRunStateEvent(change)).toEqual({
    id: 'after',
    occurred: '2026-03-01T12:00:00.250000Z',
    event: 'prefect.flow-run.TimedOut',
    resource: {
      'prefect.resource.id': 'prefect.flow-run.r1',
      'prefect.resource.name': 'amber-otter',
      'prefect.run-count': '2',
      'prefect.state-message': 'too slow',
      'prefect.state-name': 'TimedOut',
      'prefect.state-timestamp': '2026-03-01T12:00:00.250000+00:00',
      'prefect.state-type': 'FAILED',
    },
    related: [{ 'prefect.resource.id': 'prefect.tag.b', 'prefect.resource.role': 'tag' }],
    payload: {
      intended: { from: 'PENDING', to: 'FAILED' },
      initial_state: { type: 'PENDING', name: 'Submitting' },
      validated_state: { type: 'FAILED', name: 'TimedOut', message: 'too slow' },
    },
    follows: 'before',
  })
})

describe('follows', () => {
  const at = (timestamp: string) => ({
    ...change,
    initial_state: { ...sampleState('PENDING'), id: 'before', timestamp },
  })
  test.for([
    ['the first state', { ...change, initial_state: null }, null],
    ['a second ago', at('2026-03-01T11:59:59.000000Z'), 'before'],
    ['almost five minutes ago', at('2026-03-01T11:55:00.250001Z'), 'before'],
    ['five minutes ago', at('2026-03-01T11:55:00.250000Z'), null],
    ['by a clock ahead', at('2026-03-01T12:00:01.000000Z'), 'before'],
  ] as const)('%s', ([, changed, follows]) => {
    expect(flowRunStateEvent(changed).follows).toBe(follows)
  })
})

describe('payload', () => {
  test('of a first state', () => {
    expect(flowRunStateEvent({ ...change, initial_state: null }).payload).toMatchObject({
      intended: { from: null, to: 'FAILED' },
      initial_state: null,
    })
  })

  test('of a pause tells whether the process goes on', () => {
    const state = sampleState('PAUSED', { name: 'Suspended', state_details: { pause_reschedule: true } })
    expect(flowRunStateEvent({ ...change, state }).payload['validated_state']).toEqual({
      type: 'PAUSED',
      name: 'Suspended',
      pause_reschedule: 'true',
    })
  })

  test('keeps a bounded part of a message', () => {
    const state = sampleState('FAILED', { message: 'x'.repeat(150_000) })
    expect(flowRunStateEvent({ ...change, state }).resource['prefect.state-message']).toHaveLength(100_000)
  })
})

describe('related resources', () => {
  test('in the order of Prefect, with the tags of all', () => {
    const surroundings: FlowRunStateChange['surroundings'] = {
      flow: { id: 'f', name: 'etl', tags: ['c', 'b'] },
      deployment: { id: 'd', name: 'prod', tags: ['a'] },
      work_queue: { id: 'q', name: 'default' },
      work_pool: { id: 'p', name: 'run', type: 'cloud-run:push' },
      parent_task_run: { id: 't', name: 'etl-0', tags: [] },
      created_by: { id: 'x', type: 'AUTOMATION', display_value: 'nightly' },
    }
    const { related } = flowRunStateEvent({ ...change, surroundings })
    expect(related.map((resource) => [resource['prefect.resource.role'], resource['prefect.resource.id']])).toEqual([
      ['flow', 'prefect.flow.f'],
      ['deployment', 'prefect.deployment.d'],
      ['work-queue', 'prefect.work-queue.q'],
      ['work-pool', 'prefect.work-pool.p'],
      ['task-run', 'prefect.task-run.t'],
      ['tag', 'prefect.tag.a'],
      ['tag', 'prefect.tag.b'],
      ['tag', 'prefect.tag.c'],
      ['creator', 'prefect.automation.x'],
    ])
    expect(related[3]).toMatchObject({ 'prefect.resource.name': 'run', 'prefect.work-pool.type': 'cloud-run:push' })
  })

  test.for([
    ['a deployment', { id: 'x', type: 'DEPLOYMENT', display_value: null }, 1],
    ['a schedule', { id: 'x', type: 'SCHEDULE', display_value: 'daily' }, 0],
    ['nobody', { id: null, type: 'DEPLOYMENT', display_value: null }, 0],
  ] as const)('creator: %s', ([, created_by, count]) => {
    const { related } = flowRunStateEvent({ ...change, surroundings: { ...nowhere, created_by } })
    expect(related.filter((resource) => resource['prefect.resource.role'] === 'creator')).toHaveLength(count)
  })
})
