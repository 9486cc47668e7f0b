import type { Action, Automation, JsonObject } from '@slipway/contract'
import type { Context } from '../context.ts'
import { earlierAutomations } from '../domain/automations/chain.ts'
import { automationTriggered } from '../events/automation-events.ts'
import { insertAutomationActions, type NewAutomationAction } from '../store/automation-actions.ts'
import { listAutomationsById } from '../store/automations.ts'
import type { Transaction } from '../store/database.ts'
import { appendEvents, type WireEvent } from '../store/events.ts'
import { automationResponse } from './edit-automations.ts'
import type { Fired } from './evaluate-automations.ts'

/** Tells that automations have fired and writes down what has to be done; those that are not what they were do nothing. */
export async function queueActions(ctx: Context, tx: Transaction, fired: readonly Fired[]): Promise<void> {
  if (fired.length === 0) return
  const now = ctx.clock.now()
  const rows = await listAutomationsById(tx, [...new Set(fired.map(({ automation }) => automation.id))])
  const current = new Map(rows.map((row) => [row.id, automationResponse(row)]))
  const events = new Map<string, WireEvent[]>()
  const actions: NewAutomationAction[] = []
  for (const { automation, firing } of fired) {
    const acting = current.get(automation.id)
    if (acting === undefined || !acting.enabled || acting.trigger.id !== automation.trigger.id) continue
    const { triggering_labels, triggered } = firing
    // An event is JSON by construction.
    const triggering = firing.triggering_event as unknown as (JsonObject & WireEvent) | null
    const triggered_event = automationTriggered(
      acting,
      { triggering_labels, event: triggering, earlier: earlierAutomations(firing.triggering_event) },
      { event_id: ctx.ids.uuid7(), now: triggered },
    )
    const told = events.get(automation.workspace_id)
    if (told === undefined) events.set(automation.workspace_id, [triggered_event])
    else told.push(triggered_event)
    const received = { ...triggered_event, received: now } as unknown as JsonObject
    for (const [action_index, { action, triggering_event }] of actionsOf(acting, triggering, received).entries()) {
      actions.push({
        id: ctx.ids.uuid7(),
        workspace_id: automation.workspace_id,
        created: now,
        automation_id: automation.id,
        action_index,
        is_call: isCall(action),
        automation: acting as unknown as JsonObject,
        action,
        firing: firing as unknown as JsonObject,
        triggering_event,
        triggered_event_id: triggered_event.id,
      })
    }
  }
  for (const [workspace_id, told] of events) {
    for (const part of parts(told)) await appendEvents(tx, workspace_id, part, now)
  }
  for (const part of parts(actions)) await insertAutomationActions(tx, part)
}

/** Each row holds its event whole, up to three times; all of a pass in one text could be more than a string can hold. */
const ROWS_AT_ONCE = 50

function parts<T>(rows: readonly T[]): readonly (readonly T[])[] {
  const count = Math.ceil(rows.length / ROWS_AT_ONCE)
  return Array.from({ length: count }, (_, index) => rows.slice(index * ROWS_AT_ONCE, (index + 1) * ROWS_AT_ONCE))
}

interface Queued {
  readonly action: Action
  readonly triggering_event: JsonObject | null
}

/** Actions on the firing itself see the event that tells of it. */
function actionsOf(
  { actions, actions_on_trigger }: Automation,
  triggering: JsonObject | null,
  triggered: JsonObject,
): readonly Queued[] {
  return [
    ...actions.map((action) => ({ action, triggering_event: triggering })),
    ...actions_on_trigger.map((action) => ({ action, triggering_event: triggered })),
  ]
}

function isCall({ type }: Action): boolean {
  return type === 'send-notification' || type === 'call-webhook'
}
