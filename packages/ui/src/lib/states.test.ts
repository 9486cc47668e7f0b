import { expect, test } from 'vitest'
import { actionsOf, describeState } from './states.ts'

test.for([
  ['SCHEDULED', 'Late', 'late', 'Late'],
  ['SCHEDULED', 'AwaitingConcurrencySlot', 'waiting', 'Waiting for a slot'],
  ['PENDING', 'InfrastructurePending', 'pending', 'Provisioning'],
  ['COMPLETED', 'Cached', 'done', 'Cached'],
  ['CRASHED', null, 'crashed', 'Crashed'],
  ['FAILED', 'Nobody paid', 'failed', 'Nobody paid'],
] as const)('%s %s is %s: %s', ([type, name, kind, word]) => {
  expect(describeState({ type, name })).toEqual({ kind, word })
})

test('a run that is over can be retried, another can be cancelled', () => {
  expect(actionsOf('FAILED')).toEqual({ cancel: false, retry: true })
  expect(actionsOf('RUNNING')).toEqual({ cancel: true, retry: false })
  expect(actionsOf('CANCELLING')).toEqual({ cancel: false, retry: false })
})
