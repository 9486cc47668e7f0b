import { expect, test } from 'vitest'
import { flowRunsOf, isRunEvent } from './run-events.ts'

const flowRun = { 'prefect.resource.id': 'prefect.flow-run.1', 'prefect.resource.role': 'flow-run' }

test.for([
  ['an event of its own', 'order.placed', 'order.1', [], true],
  ['a task that names its run', 'prefect.task-run.Running', 'prefect.task-run.2', [flowRun], true],
  ['a task that does not', 'prefect.task-run.Running', 'prefect.task-run.2', [], false],
  ['an event of its own about a task without a run', 'order.placed', 'prefect.task-run.2', [], false],
  ['a heartbeat', 'prefect.flow-run.heartbeat', 'prefect.flow-run.1', [], true],
  ['a state, which the server alone tells', 'prefect.flow-run.Cancelling', 'prefect.flow-run.1', [], false],
  ['a loaded block', 'prefect.block.secret.loaded', 'prefect.block-document.3', [flowRun], true],
  ['a changed pool', 'prefect.work-pool.updated', 'prefect.work-pool.4', [], false],
  ['an automation', 'prefect.automation.triggered', 'prefect.automation.5', [], false],
] as const)('%s', ([, event, id, related, expected]) => {
  expect(isRunEvent({ event, resource: { 'prefect.resource.id': id }, related })).toBe(expected)
})

test('the runs that an event names are all its flow runs, each once', () => {
  const other = { 'prefect.resource.id': 'prefect.flow-run.2' }
  expect(
    flowRunsOf({ event: 'x', resource: flowRun, related: [flowRun, other, { 'prefect.resource.id': 'a' }] }),
  ).toEqual(['1', '2'])
})
