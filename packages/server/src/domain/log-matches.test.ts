import type { LogFilter } from '@slipway/contract'
import { expect, test } from 'vitest'
import { matchesLogFilter } from './log-matches.ts'

const RUN = '0198c0de-0000-7000-8000-000000000001'
const OTHER = '0198c0de-0000-7000-8000-000000000002'
const LINE = {
  name: 'prefect.flow_runs',
  level: 30,
  message: 'Connection lost',
  timestamp: '2026-05-01T12:00:00.000000Z',
  flow_run_id: RUN,
  task_run_id: null,
}

test.for<[string, LogFilter, boolean]>([
  ['nothing', {}, true],
  ['nulls', { level: null, timestamp: null, flow_run_id: null, task_run_id: null, text: null }, true],
  ['its level', { level: { ge_: 30, le_: 30 } }, true],
  ['a higher level', { level: { ge_: 40 } }, false],
  ['a time before it', { timestamp: { before_: '2026-05-01T11:59:59.000000Z' } }, false],
  [
    'a time around it',
    { timestamp: { after_: '2026-05-01T11:00:00.000000Z', before_: '2026-05-01T13:00:00.000000Z' } },
    true,
  ],
  ['its run', { flow_run_id: { any_: [OTHER, RUN] } }, true],
  ['another run', { flow_run_id: { any_: [OTHER] } }, false],
  ['no run at all', { flow_run_id: { any_: [] } }, false],
  ['a task', { task_run_id: { any_: [OTHER] } }, false],
  ['no task', { task_run_id: { is_null_: true } }, true],
  ['some task', { task_run_id: { is_null_: false } }, false],
  ['a word', { text: { query: 'connection' } }, true],
  ['an excluded word', { text: { query: 'connection -lost' } }, false],
  ['either of two', { operator: 'or_', level: { ge_: 40 }, flow_run_id: { any_: [RUN] } }, true],
  ['neither of two', { operator: 'or_', level: { ge_: 40 }, flow_run_id: { any_: [OTHER] } }, false],
])('%s: %j is %s', ([, filter, expected]) => {
  expect(matchesLogFilter(filter, LINE)).toBe(expected)
})
