import { currentEventPosition, type EventPosition, hasUntoldEvents, listEventsAfter } from '../store/events.ts'
import type { Service } from './service.ts'

const MOST_PER_PASS = 500
/** Every commit of an event wakes the loop; this is for messages that were lost. */
const SWEEP_MS = 1_000
/** A transaction that holds newer events back is usually over sooner, and its end wakes nobody. */
const LOOK_AGAIN_MS = 20

/** Tells the sockets of this server what happened, in the order of commits, from the moment the server started. */
export function createEventFanout(wake: () => void): Service {
  let position: EventPosition | null = null
  return {
    name: 'event-fanout',
    intervalMs: SWEEP_MS,
    async runOnce(ctx) {
      position ??= await currentEventPosition(ctx.db)
      const from = position
      // In a transaction the plan is made once; over a dozen partitions that is ten times the work of running it.
      const { events, untold } = await ctx.db.transaction(async (tx) => {
        const found = await listEventsAfter(tx, from, MOST_PER_PASS)
        const end = found.at(-1) ?? from
        return { events: found, untold: await hasUntoldEvents(tx, end) }
      })
      const last = events.at(-1)
      if (last !== undefined) {
        position = { xid: last.xid, seq: last.seq }
        ctx.live.events.publish(events)
        await ctx.probe('event.published', { count: events.length })
      }
      if (events.length === MOST_PER_PASS) return 'more'
      if (untold) ctx.timers.after(LOOK_AGAIN_MS, wake)
      return 'idle'
    },
  }
}
