import { type Json, type JsonObject, parseLossless } from '@slipway/contract'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type TaskRunEvent, isNewerState, readTaskRunEvent } from './task-run-event.ts'

const task_run_id = '0197a3c0-1111-4222-8333-444455556666'
const flow_run_id = '0197a3c0-aaaa-4bbb-8ccc-ddddeeeeffff'
const occurred = '2026-03-01T12:00:00.123456Z'

const task_run: JsonObject = {
  name: 'extract-0',
  task_key: 'extract-1a2b',
  dynamic_key: '0',
  tags: ['db'],
  empirical_policy: { retries: 2, retry_delay: [1, 2] },
  run_count: 1,
  flow_run_run_count: 1,
  start_time: '2026-03-01 12:00:00+00:00',
  total_run_time: 1.5,
  cache_key: null,
}

function event(change: Partial<TaskRunEvent> = {}, payload: JsonObject = {}): TaskRunEvent {
  return {
    id: '0197a3c0-9999-7999-8999-999999999999',
    occurred,
    event: 'prefect.task-run.Running',
    resource: { 'prefect.resource.id': `prefect.task-run.${task_run_id}`, 'prefect.orchestration': 'client' },
    related: [{ 'prefect.resource.id': `prefect.flow-run.${flow_run_id}`, 'prefect.resource.role': 'flow-run' }],
    payload: { task_run, validated_state: { type: 'RUNNING', name: 'Running' }, ...payload },
    ...change,
  }
}

test('an event is the record of a state and of what it says about its run', () => {
  const state = {
    type: 'COMPLETED',
    name: 'Cached',
    message: 'ok',
    data: { type: 'reference' },
    state_details: { cache_key: 'k', task_run_id: 'wrong' },
  }
  expect(readTaskRunEvent(event({}, { validated_state: state }))).toMatchObject({
    kind: 'recorded',
    task_run: {
      id: task_run_id,
      flow_run_id,
      columns: {
        name: 'extract-0',
        task_key: 'extract-1a2b',
        dynamic_key: '0',
        tags: ['db'],
        empirical_policy: { retries: 2, retry_delay: [1, 2] },
        run_count: 1,
        flow_run_run_count: 1,
        start_time: '2026-03-01T12:00:00.000000Z',
        total_run_time: 1.5,
        cache_key: null,
      },
      state: {
        id: '0197a3c0-9999-7999-8999-999999999999',
        type: 'COMPLETED',
        name: 'Cached',
        timestamp: occurred,
        message: 'ok',
        data: { type: 'reference' },
        state_details: { cache_key: 'k', task_run_id, flow_run_id },
      },
    },
  })
})

function columnsOf(task: JsonObject): Record<string, unknown> {
  const reading = readTaskRunEvent(event({}, { task_run: { task_key: 'k', dynamic_key: '0', ...task } }))
  return reading.kind === 'recorded' ? { ...reading.task_run.columns } : {}
}

describe('columns', () => {
  const keys = { task_key: 'k', dynamic_key: '0' }
  test.for<[string, JsonObject, Record<string, unknown>]>([
    ['only what is there', {}, keys],
    ['null where there can be none', { end_time: null, cache_key: null }, { ...keys, end_time: null, cache_key: null }],
    ['null where there must be one', { name: null, tags: null, run_count: null }, keys],
    ['of another kind', { name: 7, tags: 'db', run_count: '1', end_time: 'soon', labels: [] }, keys],
    ['out of range', { run_count: -1, flow_run_run_count: 1.5 }, keys],
    ['numbers as keys', { dynamic_key: 4 }, { ...keys, dynamic_key: '4' }],
    ['a duration', { total_run_time: 'PT1M2.5S' }, { ...keys, total_run_time: 62.5 }],
    ['of no task run', { id: 'x', state_id: 'y', estimated_run_time: 1, workspace_id: 'z' }, keys],
  ])('%s', ([, task, columns]) => {
    expect(columnsOf(task)).toEqual(columns)
  })

  test('numbers that JavaScript would change', () => {
    const task = parseLossless('{"run_count": 1, "total_run_time": 1.0, "task_inputs": {"a": 1.0}}') as JsonObject
    const columns = columnsOf(task)
    expect(columns['total_run_time']).toBe(1)
    expect(JSON.stringify(columns['task_inputs'])).toBe('{"a":1.0}')
  })
})

describe('events of others are left alone', () => {
  test.for<[string, Partial<TaskRunEvent>]>([
    ['another resource', { event: 'prefect.flow-run.Running' }],
    ['not orchestrated by a client', { resource: { 'prefect.resource.id': `prefect.task-run.${task_run_id}` } }],
  ])('%s', ([, change]) => {
    expect(readTaskRunEvent(event(change))).toEqual({ kind: 'ignored' })
  })
})

describe('malformed', () => {
  const labels = { 'prefect.orchestration': 'client' }
  test.for<[string, Partial<TaskRunEvent>, JsonObject]>([
    ['no id', { resource: labels }, {}],
    ['no uuid', { resource: { ...labels, 'prefect.resource.id': 'prefect.task-run.x' } }, {}],
    ['flow run without id', { related: [{ 'prefect.resource.role': 'flow-run' }] }, {}],
    ['no task run', {}, { task_run: null }],
    ['no keys', {}, { task_run: {} }],
    ['no state', {}, { validated_state: [] }],
    ['no state type', {}, { validated_state: { type: 'DREAMING' } }],
    ['nothing', { payload: {} }, {}],
  ])('%s', ([, change, payload]) => {
    expect(readTaskRunEvent(event(change, payload)).kind).toBe('malformed')
  })

  test('nothing that a client sends makes it throw', () => {
    const anything = fc.jsonValue().map((value) => value as Json)
    fc.assert(
      fc.property(anything, anything, fc.dictionary(fc.string(), fc.string()), (task, state, resource) => {
        const odd = event({ related: [resource] }, { task_run: task, validated_state: state })
        const mixed = event(
          {},
          { task_run: { ...task_run, tags: task }, validated_state: { type: 'SCHEDULED', state_details: state } },
        )
        expect(['recorded', 'malformed']).toContain(readTaskRunEvent(odd).kind)
        expect(readTaskRunEvent(mixed).kind).toBe('recorded')
      }),
    )
  })
})

describe('a task without a flow', () => {
  test('has none', () => {
    expect(readTaskRunEvent(event({ related: [] }))).toMatchObject({
      kind: 'recorded',
      task_run: { flow_run_id: null },
    })
  })
})

test('a scheduled state without a time is due when it was made', () => {
  expect(readTaskRunEvent(event({}, { validated_state: { type: 'SCHEDULED' } }))).toMatchObject({
    task_run: { state: { name: 'Scheduled', state_details: { scheduled_time: occurred } } },
  })
})

test.for([
  [null, occurred, true],
  ['2026-03-01T12:00:00.123455Z', occurred, true],
  [occurred, occurred, false],
  ['2026-03-01T12:00:00.123457Z', occurred, false],
] as const)('after %s a state of %s is newer: %s', ([stored, incoming, newer]) => {
  expect(isNewerState(stored, incoming)).toBe(newer)
})
