import type { Timestamp } from '@slipway/contract'
import type { Context } from '../context.ts'
import { type ResourceChange, resourceEvent } from '../events/resource-event.ts'
import type { Transaction } from '../store/database.ts'
import { appendEvents } from '../store/events.ts'

/** Stores the events of changes in the transaction that makes them. */
export async function emitChanges(
  ctx: Pick<Context, 'ids'>,
  tx: Transaction,
  workspace_id: string,
  changes: readonly ResourceChange[],
  now: Timestamp,
): Promise<void> {
  const events = changes.map((change) => resourceEvent(change, { event_id: ctx.ids.uuid7(), now }))
  await appendEvents(tx, workspace_id, events, now)
}
