import type { Context } from '../context.ts'
import { Batcher } from '../store/batcher.ts'
import { appendEvents, type WireEvent } from '../store/events.ts'
import { recordTaskRunEvents } from './record-task-run-events.ts'

/** An event that somebody sent, valid by the contract. */
export interface GivenEvent {
  readonly workspace_id: string
  readonly event: WireEvent
}

/** Resolves when the event is stored for good. */
export type EventWriter = (given: GivenEvent) => Promise<void>

const MOST_PER_BATCH = 500
const BATCHES_IN_FLIGHT = 2

/** One writer per process: what arrives while a batch is being written is written together. */
export function createEventWriter(ctx: Context): EventWriter {
  const batcher = new Batcher<GivenEvent, null>({
    // One client may send an event again while its first copy is on the way.
    keyOf: ({ event }) => event.id,
    size: MOST_PER_BATCH,
    inFlight: BATCHES_IN_FLIGHT,
    write: async (given) => {
      await ingestEvents(ctx, given)
      return given.map(() => null)
    },
  })
  return async (given) => {
    await batcher.run(given)
  }
}

/** Stores events, and the task runs that they report, in one transaction. An event that is stored already changes nothing. */
async function ingestEvents(ctx: Context, given: readonly GivenEvent[]): Promise<void> {
  const now = ctx.clock.now()
  const byWorkspace = new Map<string, WireEvent[]>()
  for (const { workspace_id, event } of given) {
    const events = byWorkspace.get(workspace_id)
    if (events === undefined) byWorkspace.set(workspace_id, [event])
    else events.push(event)
  }
  await ctx.db.transaction(async (tx) => {
    for (const [workspace_id, events] of byWorkspace) {
      // In the order of ids, so that two servers that get the same events do not wait for each other.
      const ordered = events.sort((a, b) => (a.id < b.id ? -1 : 1))
      await appendEvents(tx, workspace_id, ordered, now)
      // Those that were there already too: a batch that was stored by half is made whole.
      await recordTaskRunEvents(ctx, tx, workspace_id, ordered, now)
    }
  })
}
