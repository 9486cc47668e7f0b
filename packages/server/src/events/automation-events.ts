import { type JsonObject, secondsBetween, type Timestamp } from '@slipway/contract'
import type { ResourceLabels, StateEvent } from './flow-run-state-event.ts'
import type { Fresh } from './work-pool-events.ts'

export interface ActingAutomation {
  readonly id: string
  readonly name: string
  readonly trigger: { readonly type: string; readonly posture?: string }
}

interface Cause {
  readonly id: string
  readonly occurred: Timestamp
}

/** An automation has fired. `event` is what it took for it, as it goes over the wire. */
export function automationTriggered(
  { id, name, trigger }: ActingAutomation,
  {
    triggering_labels,
    event,
    earlier,
  }: {
    readonly triggering_labels: ResourceLabels
    readonly event: (JsonObject & Cause) | null
    /** The automations whose firing led to this one. */
    readonly earlier: readonly ResourceLabels[]
  },
  { event_id, now }: Fresh,
): StateEvent {
  return {
    id: event_id,
    occurred: now,
    event: 'prefect.automation.triggered',
    resource: {
      'prefect.resource.id': `prefect.automation.${id}`,
      'prefect.resource.name': name,
      ...(trigger.posture === undefined ? {} : { 'prefect.posture': trigger.posture }),
    },
    related: event === null ? [] : [eventResource(event.id, 'triggering-event'), ...earlier],
    payload: { triggering_labels, triggering_event: event },
    follows: null,
  }
}

export interface ActionDone {
  readonly automation: ActingAutomation
  readonly action_index: number
  readonly action_type: string
  readonly invocation: string
  readonly triggered: Timestamp
  readonly triggering_event: Cause | null
  /** The event above. */
  readonly triggered_event_id: string
  /** Null: it was done. */
  readonly reason: string | null
  /** What is worth telling about the result. */
  readonly details: JsonObject
  /** What was acted on, and what came of it. */
  readonly related: readonly ResourceLabels[]
  /** The automations whose firing led to this one. */
  readonly earlier: readonly ResourceLabels[]
}

/** Events follow one another when they are so close that they may overtake each other on the way. */
const TIGHT_SECONDS = 300

/** That an action was begun, and how it ended. */
export function actionEvents(done: ActionDone, begun: Fresh, ended: Fresh): readonly StateEvent[] {
  const { automation, triggering_event, reason } = done
  const { id, name, trigger } = automation
  const resource = {
    'prefect.resource.id': `prefect.automation.${id}`,
    'prefect.resource.name': name,
    'prefect.trigger-type': trigger.type,
    ...(trigger.posture === undefined ? {} : { 'prefect.posture': trigger.posture }),
  }
  const related = [...done.related, eventResource(done.triggered_event_id, 'automation-triggered-event')]
  if (triggering_event !== null) related.push(eventResource(triggering_event.id, 'triggering-event'), ...done.earlier)
  const isTight =
    triggering_event !== null && Math.abs(secondsBetween(triggering_event.occurred, done.triggered)) < TIGHT_SECONDS
  const payload = { action_index: done.action_index, action_type: done.action_type, invocation: done.invocation }
  return [
    {
      id: begun.event_id,
      occurred: begun.now,
      event: 'prefect.automation.action.triggered',
      resource,
      related,
      payload,
      follows: isTight ? triggering_event.id : null,
    },
    {
      id: ended.event_id,
      occurred: ended.now,
      event: `prefect.automation.action.${reason === null ? 'executed' : 'failed'}`,
      resource,
      related,
      payload: { ...payload, ...(reason === null ? {} : { reason }), ...done.details },
      follows: begun.event_id,
    },
  ]
}

function eventResource(id: string, role: string): ResourceLabels {
  return { 'prefect.resource.id': `prefect.event.${id}`, 'prefect.resource.role': role }
}
