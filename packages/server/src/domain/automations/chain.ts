import { type EventTrigger, type Trigger } from '@slipway/contract'
import { RESOURCE_ID, RESOURCE_ROLE } from '../events/matches.ts'
import type { Labels, SeenEvent } from './match.ts'
import { eventTriggers } from './trigger-state.ts'

const CONSEQUENCE = /^prefect\.automation\.(?:triggered$|action\.)/
const AUTOMATIONS = 'prefect.automation.'
const EARLIER = 'earlier-automation'

type Told = Pick<SeenEvent, 'event' | 'resource' | 'related'>

/** The automations, by resource id, whose firing led to an event: one fired, and the event tells of it. */
function chainOf({ event, resource, related }: Told): readonly string[] {
  if (!CONSEQUENCE.test(event)) return []
  const earlier = related.filter((labels) => labels[RESOURCE_ROLE] === EARLIER)
  return [...new Set([resource, ...earlier].flatMap((labels) => labels[RESOURCE_ID] ?? []))]
}

/** How an event remembers its chain. */
export function earlierAutomations(cause: Told | null): readonly Labels[] {
  const chain = cause === null ? [] : chainOf(cause)
  return chain.map((id) => ({ [RESOURCE_ID]: id, [RESOURCE_ROLE]: EARLIER }))
}

/**
 * Whether an automation may react to an event at all. To what automations have caused only one may that names such
 * events, and only once in a chain: two automations that take every event would otherwise answer each other for ever,
 * each time with an event that holds the one before.
 */
export function mayReact(automation: { readonly id: string; readonly trigger: Trigger }, event: Told): boolean {
  const own = `${AUTOMATIONS}${automation.id}`
  if (event.resource[RESOURCE_ID] === own) return false
  if (!CONSEQUENCE.test(event.event)) return true
  return !chainOf(event).includes(own) && eventTriggers(automation.trigger).some(namesConsequences)
}

function namesConsequences({ expect = [], after = [] }: EventTrigger): boolean {
  return [...expect, ...after].some((pattern) => pattern.startsWith(AUTOMATIONS))
}
