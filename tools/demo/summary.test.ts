import type { State } from '@slipway/contract'
import { expect, test } from 'vitest'
import { findFault, summarise } from './summary.ts'

const states = [
  { type: 'SCHEDULED', timestamp: '2026-01-01T00:00:00.000000Z', message: null },
  { type: 'RUNNING', timestamp: '2026-01-01T00:00:01.250400Z', message: null },
  { type: 'COMPLETED', timestamp: '2026-01-01T00:00:02.000000Z', message: 'All states completed.' },
] as unknown as readonly State[]
const evidence = {
  flow_run_id: 'r',
  expected_start_time: '2026-01-01T00:00:00.000000Z',
  state_name: 'Completed',
  states,
  creations: [{ received_ms: Date.UTC(2026, 0, 1) + 12.34, rpc: 'CreateJob', status: 200, body: {} }],
}

test('times are counted from when the run was due', () => {
  expect(summarise(evidence)).toEqual({
    flow_run_id: 'r',
    state: 'Completed',
    due_to_provider_call_ms: 12.3,
    due_to_running_ms: 1_250.4,
  })
  expect(summarise({ ...evidence, states: [], creations: [], state_name: null })).toEqual({
    flow_run_id: 'r',
    state: null,
    due_to_provider_call_ms: null,
    due_to_running_ms: null,
  })
})

test.for([
  ['Completed', 1, null],
  ['Completed', 2, 'Cloud Run started 2 processes for the run; it must be exactly 1'],
  ['Completed', 0, 'Cloud Run started 0 processes for the run; it must be exactly 1'],
  ['Failed', 1, 'The run is Failed, not Completed: All states completed.'],
] as const)('%s by %d processes: %s', ([state_name, starts, fault]) => {
  expect(findFault(summarise({ ...evidence, state_name }), starts, states)).toBe(fault)
})
