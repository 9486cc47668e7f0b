import type { JsonObject, Timestamp } from '@slipway/contract'
import type { ResourceLabels, StateEvent } from './flow-run-state-event.ts'

export type Change = 'created' | 'updated' | 'deleted'

export interface ResourceChange {
  /** As in `prefect.variable.created`. */
  readonly kind: string
  readonly change: Change
  readonly id: string
  readonly name: string | null
  readonly payload: JsonObject
  readonly related?: readonly ResourceLabels[]
}

/** Somebody created, changed or deleted a thing; automations may wait for it, screens refresh by it. */
export function resourceEvent(
  { kind, change, id, name, payload, related = [] }: ResourceChange,
  fresh: { readonly event_id: string; readonly now: Timestamp },
): StateEvent {
  return {
    id: fresh.event_id,
    occurred: fresh.now,
    event: `prefect.${kind}.${change}`,
    resource: {
      'prefect.resource.id': `prefect.${kind}.${id}`,
      ...(name === null ? {} : { 'prefect.resource.name': name }),
    },
    related,
    payload,
    follows: null,
  }
}
