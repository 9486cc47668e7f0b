import type { EventTrigger, Trigger } from '@slipway/contract'
import { expect, test } from 'vitest'
import { earlierAutomations, mayReact } from './chain.ts'
import type { Labels } from './match.ts'

const event = (name: string, resource_id: string, related: readonly Labels[] = []) => ({
  event: name,
  resource: { 'prefect.resource.id': resource_id },
  related,
})
const trigger = (change: Partial<EventTrigger>): Trigger => ({
  type: 'event',
  posture: 'Reactive',
  threshold: 1,
  within: 0,
  ...change,
})
const everything = trigger({})
const firings = trigger({ expect: ['prefect.automation.*'] })
const triggered = event('prefect.automation.triggered', 'prefect.automation.b')
const later = event('prefect.automation.action.executed', 'prefect.automation.c', earlierAutomations(triggered))

test.for([
  ['what happens elsewhere', everything, event('prefect.flow-run.Completed', 'prefect.flow-run.1'), true],
  ['the making of another automation', everything, event('prefect.automation.created', 'prefect.automation.b'), true],
  ['the making of itself', everything, event('prefect.automation.created', 'prefect.automation.a'), false],
  ['its own firing', firings, event('prefect.automation.triggered', 'prefect.automation.a'), false],
  ['the firing of another when it takes everything', everything, triggered, false],
  ['the firing of another when it asks for such', firings, triggered, true],
  ['the firing of another within a compound', compound(firings), triggered, true],
  ['what came of the firing of two others', firings, later, true],
] as const)('an automation and %s', ([, given, cause, expected]) => {
  expect(mayReact({ id: 'a', trigger: given }, cause)).toBe(expected)
})

test('nobody reacts twice in a chain', () => {
  expect(earlierAutomations(later).map((labels) => labels['prefect.resource.id'])).toEqual([
    'prefect.automation.c',
    'prefect.automation.b',
  ])
  expect(mayReact({ id: 'b', trigger: firings }, later)).toBe(false)
  expect(earlierAutomations(event('harbour.ship.arrived', 'prefect.automation.b'))).toEqual([])
  expect(earlierAutomations(null)).toEqual([])
})

function compound(inner: Trigger): Trigger {
  return { type: 'compound', require: 'all', within: null, triggers: [inner] }
}
