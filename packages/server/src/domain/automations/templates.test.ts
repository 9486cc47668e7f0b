import type { Json } from '@slipway/contract'
import { expect, test } from 'vitest'
import { hydrateWith } from '../json-schema/hydrate.ts'
import { jinjaComplaint, renderJinja } from '../json-schema/jinja.ts'
import { findResource, mentionedKinds, nativeNames, templateNames, type WholeEvent } from './context.ts'
import { declareTemplates } from './templates.ts'
import type { Firing } from './trigger-state.ts'

const RUN = '00000000-0000-4000-8000-000000000001'
const FLOW = '00000000-0000-4000-8000-000000000002'
const event: WholeEvent = {
  id: 'e1',
  occurred: '2031-02-03T04:05:06.000000Z',
  received: '2031-02-03T04:05:07.000000Z',
  event: 'prefect.flow-run.Failed',
  resource: {
    'prefect.resource.id': `prefect.flow-run.${RUN}`,
    'prefect.resource.name': 'red-fox',
    'prefect.state-name': 'Failed',
    'prefect.state-type': 'FAILED',
    'prefect.state-message': 'boom',
    'prefect.state-timestamp': '2031-02-03T04:05:06.000000+00:00',
  },
  related: [
    { 'prefect.resource.id': `prefect.flow.${FLOW}`, 'prefect.resource.role': 'flow', 'prefect.resource.name': 'etl' },
  ],
  payload: { count: 3, rows: [1, 2], nothing: null, text: '7' },
  follows: null,
}
const firing: Firing<WholeEvent> = {
  id: 'f',
  trigger_id: 't',
  triggered: event.received,
  triggering_labels: { 'prefect.resource.id': 'x', 'a.b': '1' },
  triggering_firings: [],
  triggering_event: event,
}
const automation = { id: 'a', name: 'watch', description: '' }
const ui = 'http://slipway.example'
const names = {
  ...templateNames({ automation, firing, event, ui }),
  flow_run: nativeNames('flow_run', { id: RUN, name: 'red-fox', state: null }, event.resource, ui),
}

test.for([
  ['{{ automation.name }}: {{ event.event }}', 'watch: prefect.flow-run.Failed'],
  ['{{ event.resource.name }} {{ event.resource.id }}', `red-fox prefect.flow-run.${RUN}`],
  ["{{ event.resource['prefect.state-name'] }}", 'Failed'],
  ['{{ event.resource.labels.prefect.resource.name }}', 'red-fox'],
  ['{{ event.resource_in_role.flow.name }} {{ event.resources_in_role.flow[0].name }}', 'etl etl'],
  ['{{ labels.prefect.resource.id }} {{ labels["a.b"] }}', 'x 1'],
  ['{{ flow_run.name }} is {{ flow_run.state.name }}: {{ flow_run.state.message }}', 'red-fox is Failed: boom'],
  ['{{ flow_run|ui_url }}', `${ui}/runs/flow-run/${RUN}`],
  ['see {{ automation | ui_url }}', `see ${ui}/automations/automation/a`],
  ['{% if true %}{{ flow_run | ui_resource_events_url }}{% endif %}', `${ui}/events?resource=prefect.flow-run.${RUN}`],
  ['{{ event.ui_url }}', `${ui}/events/event/2031-02-03/e1`],
  ['{{ deployment.name }}{{ deployment | ui_url }}', ''],
  ['{{ events | length }} {{ firings[0].trigger_states[0] }}', '1 Triggered'],
] as const)('%s', ([template, text]) => {
  expect(jinjaComplaint(template)).toBeNull()
  expect(renderJinja(template, names)).toEqual({ kind: 'rendered', text })
})

test.for<readonly [string, Json, Json]>([
  ['plain values', { n: 1, t: 'x' }, { n: 1, t: 'x' }],
  ['an expression keeps its type', '{{ event.payload.count }}', 3],
  ['a list', '{{ event.payload.rows }}', [1, 2]],
  ['null', '{{event.payload.nothing}}', null],
  ['a text that looks like a number', ' {{- event.payload.text -}} ', '7'],
  ['precedence', '{{ event.payload.count + 1 }}', 4],
  ['a text with an expression in it', 'n={{ event.payload.count }}', 'n=3'],
  ['two expressions', '{{ event.payload.count }}{{ event.payload.count }}', '33'],
  [
    'inside',
    { a: [{ b: '{{ event.payload.count }}' }, '{{ event.event }}'] },
    { a: [{ b: 3 }, 'prefect.flow-run.Failed'] },
  ],
  ['declared', { __prefect_kind: 'jinja', template: '{{ event.payload.count }}' }, '3'],
])('parameters: %s', ([, given, expected]) => {
  const hydrated = hydrateWith(declareTemplates({ p: given }), { variables: new Map(), names })
  expect(hydrated).toEqual({ kind: 'hydrated', value: { p: expected } })
})

test('kinds are found where they are named as a word', () => {
  expect(mentionedKinds(['{{ flow_run.id }} {{ my_flow }}', '{{ variables.x }}'])).toEqual(['flow_run', 'variables'])
})

test('the first resource of a kind is the one that is meant', () => {
  expect(findResource(event, 'prefect.flow')?.id).toBe(FLOW)
  expect(findResource(event, 'prefect.deployment')).toBeNull()
  expect(findResource(null, 'prefect.flow')).toBeNull()
})
