import type { Action, EventTrigger, Trigger } from '@slipway/contract'
import { expect, test } from 'vitest'
import { identifyTrigger, resourcesOfActions } from './identify.ts'

const event: EventTrigger = {
  type: 'event',
  id: 'sent',
  match: {},
  match_related: {},
  after: [],
  expect: ['x'],
  for_each: [],
  posture: 'Reactive',
  threshold: 1,
  within: 0,
}

test('triggers get new ids from the outside in', () => {
  const given: Trigger = {
    type: 'compound',
    require: 'all',
    within: null,
    triggers: [event, { type: 'sequence', within: 1, triggers: [event] }],
  }
  let last = 0
  const newId = () => `id-${(last += 1)}`
  expect(identifyTrigger(given, newId)).toEqual({
    ...given,
    id: 'id-1',
    triggers: [
      { ...event, id: 'id-2' },
      { type: 'sequence', within: 1, id: 'id-3', triggers: [{ ...event, id: 'id-4' }] },
    ],
  })
})

test('actions are related to what they name, each once', () => {
  const actions: readonly Action[] = [
    { type: 'do-nothing' },
    {
      type: 'run-deployment',
      source: 'selected',
      deployment_id: 'd',
      parameters: null,
      job_variables: null,
      schedule_after: 0,
    },
    { type: 'pause-deployment', source: 'selected', deployment_id: 'd' },
    { type: 'resume-work-queue', source: 'selected', work_queue_id: 'q' },
    { type: 'pause-work-pool', source: 'inferred', work_pool_id: null },
    { type: 'pause-automation', source: 'selected', automation_id: 'a' },
    { type: 'call-webhook', block_document_id: 'b', payload: '' },
  ]
  expect(resourcesOfActions(actions)).toEqual([
    'prefect.deployment.d',
    'prefect.work-queue.q',
    'prefect.automation.a',
    'prefect.block-document.b',
  ])
})

test.for([
  ['Proactive', 0, 10],
  ['Proactive', 60, 60],
  ['Reactive', 0, 0],
] as const)('a trigger that is %s and says %d seconds waits for %d', ([posture, within, expected]) => {
  expect(identifyTrigger({ ...event, posture, within }, () => 'id')).toMatchObject({ within: expected })
})
