import type { EventTrigger } from '@slipway/contract'
import { expect, test } from 'vitest'
import { bucketingKey, concerns, type SeenEvent } from './match.ts'

const event: SeenEvent = {
  id: 'e',
  occurred: '2031-01-01T00:00:00.000000Z',
  event: 'prefect.flow-run.Failed',
  resource: { 'prefect.resource.id': 'prefect.flow-run.1', 'prefect.resource.name': 'red-fox' },
  related: [
    { 'prefect.resource.id': 'prefect.flow.7', 'prefect.resource.role': 'flow' },
    { 'prefect.resource.id': 'prefect.tag.prod', 'prefect.resource.role': 'tag' },
    { 'prefect.resource.id': 'prefect.tag.eu', 'prefect.resource.role': 'tag' },
  ],
}

const trigger: EventTrigger = {
  type: 'event',
  match: {},
  match_related: {},
  after: [],
  expect: [],
  for_each: [],
  posture: 'Reactive',
  threshold: 1,
  within: 0,
}

const related = (id: string, role = 'tag') => ({ 'prefect.resource.id': id, 'prefect.resource.role': role })

test.for<readonly [string, Partial<EventTrigger>, boolean]>([
  ['nothing said: everything', {}, true],
  ['its name', { expect: ['prefect.flow-run.Failed'] }, true],
  ['another name', { expect: ['prefect.flow-run.Completed'] }, false],
  ['names like it', { expect: ['x', 'prefect.flow-run.*'] }, true],
  [
    'other wildcards are plain characters in names',
    { expect: ['prefect.flow-run.Faile?', 'prefect.flow-run.[F]ailed'] },
    false,
  ],
  ['it only starts the watch', { expect: ['x'], after: ['prefect.flow-run.Failed'] }, true],
  ['its resource', { match: { 'prefect.resource.id': 'prefect.flow-run.*' } }, true],
  ['another resource', { match: { 'prefect.resource.id': 'prefect.deployment.*' } }, false],
  ['one of several values', { match: { 'prefect.resource.name': ['blue-*', 'red-fox'] } }, true],
  ['not that value', { match: { 'prefect.resource.name': '!red-*' } }, false],
  ['not another value', { match: { 'prefect.resource.name': '!blue-*' } }, true],
  ['a negation is one value among others', { match: { 'prefect.resource.name': ['!red-*', '!blue-*'] } }, true],
  ['a label that is not there', { match: { color: '*' } }, false],
  ['a label that is not there, negated', { match: { color: '!red' } }, false],
  ['a label of every object', { match: { constructor: '*' } }, false],
  ['no value at all', { match: { 'prefect.resource.name': [] } }, false],
  ['a related resource', { match_related: related('prefect.tag.prod') }, true],
  ['labels of two related resources', { match_related: related('prefect.tag.prod', 'flow') }, false],
  ['two related resources', { match_related: [related('prefect.tag.prod'), related('prefect.tag.eu')] }, true],
  ['one of two is missing', { match_related: [related('prefect.tag.prod'), related('prefect.tag.us')] }, false],
])('%s', ([, change, expected]) => {
  expect(concerns({ ...trigger, ...change }, event)).toBe(expected)
})

test('labels of for_each are taken in the order of their names; what is missing is empty', () => {
  const for_each = ['prefect.resource.id', 'color', 'related:tag:prefect.resource.id', 'related:owner:x']
  // color, prefect.resource.id, related:owner:x, related:tag:…
  expect(bucketingKey({ ...trigger, for_each }, event)).toEqual(['', 'prefect.flow-run.1', '', 'prefect.tag.prod'])
})
