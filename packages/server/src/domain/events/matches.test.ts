import type { EventFilter } from '@slipway/contract'
import { expect, test } from 'vitest'
import { matchesEventFilter } from './matches.ts'

const EVENT = {
  id: '0198c0de-0000-7000-8000-000000000001',
  occurred: '2026-05-01T12:00:00.000000Z',
  event: 'prefect.flow-run.Running',
  resource: { 'prefect.resource.id': 'prefect.flow-run.1', 'prefect.resource.name': 'swift-owl', color: 'red' },
  related: [
    { 'prefect.resource.id': 'prefect.flow.2', 'prefect.resource.role': 'flow', zone: 'eu' },
    { 'prefect.resource.id': 'prefect.tag.nightly', 'prefect.resource.role': 'tag' },
  ],
  payload: { text: 'the Quick brown fox' },
}

test.for<[string, EventFilter, boolean]>([
  ['nothing', {}, true],
  ['nulls and empty lists', { event: null, related: [], any_resource: null, id: { id: [] }, text: null }, true],
  [
    'a span around it',
    { occurred: { since: '2026-05-01T12:00:00.000000Z', until: '2026-05-01T12:00:00.000000Z' } },
    true,
  ],
  ['a span before it', { occurred: { until: '2026-05-01T11:59:59.999999Z' } }, false],
  ['a span after it', { occurred: { since: '2026-05-01T12:00:00.000001Z' } }, false],
  ['its name', { event: { name: ['x', 'prefect.flow-run.Running'] } }, true],
  ['a name with a star, which is only a character', { event: { name: ['prefect.*'] } }, false],
  ['a prefix without a dot at its end', { event: { prefix: ['prefect.flow'] } }, true],
  ['another prefix', { event: { prefix: ['prefect.task'] } }, false],
  ['its name excluded', { event: { exclude_name: ['prefect.flow-run.Running'] } }, false],
  ['its prefix excluded', { event: { exclude_prefix: ['prefect.'] } }, false],
  ['its resource', { resource: { id: ['prefect.flow-run.1'] } }, true],
  ['its resource with a star', { resource: { id: ['prefect.flow-run.*'] } }, true],
  ['a prefix of its resource', { resource: { id_prefix: ['prefect.flow-run.'] } }, true],
  ['a prefix taken for an id', { resource: { id: ['prefect.flow-run.'] } }, false],
  ['a label', { resource: { labels: { color: 'red' } } }, true],
  ['one of several values', { resource: { labels: { color: ['blue', 'r*'] } } }, true],
  ['a negated value', { resource: { labels: { color: '!red' } } }, false],
  ['another negated value', { resource: { labels: { color: '!blue' } } }, true],
  ['a negated value of a label that is missing', { resource: { labels: { size: '!1' } } }, false],
  ['a related resource', { related: { id: ['prefect.flow.2'] } }, true],
  ['a related id in another role', { related: { id: ['prefect.flow.2'], role: ['tag'] } }, false],
  ['two related resources', { related: [{ role: ['flow'] }, { role: ['tag'] }] }, true],
  ['two related resources, one of them missing', { related: [{ role: ['flow'] }, { role: ['actor'] }] }, false],
  ['a resource in its role', { related: { resources_in_roles: [['prefect.flow.2', 'flow']] } }, true],
  ['a resource in another role', { related: { resources_in_roles: [['prefect.flow.2', 'tag']] } }, false],
  ['a related label', { related: { labels: { zone: 'eu' } } }, true],
  ['any resource, the one itself', { any_resource: { id: ['prefect.flow-run.1'] } }, true],
  ['any resource, a related one', { any_resource: { id_prefix: ['prefect.tag.'] } }, true],
  ['any resource, none', { any_resource: { labels: { zone: 'us' } } }, false],
  ['labels of two resources at once', { any_resource: { labels: { zone: 'eu', color: 'red' } } }, false],
  ['its id', { id: { id: ['0198c0de-0000-7000-8000-000000000001'] } }, true],
  ['another id', { id: { id: ['0198c0de-0000-7000-8000-000000000002'] } }, false],
  ['a word', { text: { query: 'quick' } }, true],
  ['one of two words', { text: { query: 'slow quick' } }, true],
  ['a phrase', { text: { query: '"brown fox"' } }, true],
  ['a word that must not be', { text: { query: 'quick -fox' } }, false],
  ['a word that must be', { text: { query: '+slow quick' } }, false],
  ['a word of its name', { text: { query: 'running' } }, true],
  ['two members, one of which does not match', { event: { prefix: ['prefect.'] }, resource: { id: ['x'] } }, false],
])('%s: %j is %s', ([, filter, expected]) => {
  expect(matchesEventFilter(filter, EVENT)).toBe(expected)
})
