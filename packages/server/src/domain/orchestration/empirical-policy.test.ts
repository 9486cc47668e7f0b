import { type JsonObject, parseLossless } from '@slipway/contract'
import { describe, expect, test } from 'vitest'
import { NO_POLICY, flowRunPolicyOf, taskRunPolicyOf } from './empirical-policy.ts'

describe('policy of a flow run', () => {
  test.for<[string, JsonObject, object]>([
    ['nothing said', {}, {}],
    [
      'all said',
      { retries: 3, retry_delay: 10, pause_keys: ['1'], resuming: true, retry_type: 'in_process' },
      { retries: 3, retry_delay: 10, pause_keys: ['1'], resuming: true, retry_type: 'in_process' },
    ],
    ['nulls', { retries: null, retry_delay: null, pause_keys: null, resuming: null, retry_type: null }, {}],
    ['oddities', { retries: 'many', pause_keys: [1, 'a'], retry_type: 'later' }, { pause_keys: ['a'] }],
  ])('%s', ([, json, said]) => {
    expect(flowRunPolicyOf(json)).toEqual({ ...NO_POLICY, ...said })
  })
})

describe('policy of a task run', () => {
  test.for<[string, string, object]>([
    ['nothing said', '{}', {}],
    ['one delay', '{"retries": 1, "retry_delay": 1.0}', { retries: 1, retry_delay: 1 }],
    [
      'several delays',
      '{"retry_delay": [1, 2.50], "retry_jitter_factor": 0.3}',
      { retry_delay: [1, 2.5], retry_jitter_factor: 0.3 },
    ],
  ])('%s', ([, text, said]) => {
    const json = parseLossless(text) as JsonObject
    expect(taskRunPolicyOf(json)).toEqual({ retries: null, retry_delay: null, retry_jitter_factor: null, ...said })
  })
})
