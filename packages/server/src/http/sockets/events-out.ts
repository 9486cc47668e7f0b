import { addSeconds, type EventFilter } from '@slipway/contract'
import type { EdgeContext } from '../../context.ts'
import { matchesEventFilter } from '../../domain/events/matches.ts'
import { createRunFamily } from '../../operations/run-family.ts'
import { type EventCursor, listEvents } from '../../store/event-lists.ts'
import type { StoredEvent } from '../../store/events.ts'
import { receivedEvent } from '../event-page.ts'
import { type Connection, HANDSHAKE_MS } from './handshake.ts'
import { createOutgoing } from './outgoing.ts'
import { parseFrame } from './parse-frame.ts'
import type { FilterReading } from './read-filter.ts'

const BACKFILL_SECONDS = 15 * 60
const BACKFILL_PAGE = 250
/** Live events that wait for the end of the backfill. */
const MOST_QUEUED = 10_000

export type EventFrame = (event: StoredEvent) => string

/** One text per event, however many sockets it goes to. */
export function createEventFrames(): EventFrame {
  const texts = new WeakMap<StoredEvent, string>()
  return (event) => {
    const known = texts.get(event)
    if (known !== undefined) return known
    const text = JSON.stringify({ type: 'event', event: receivedEvent(event) })
    texts.set(event, text)
    return text
  }
}

export interface EventsOutParts {
  readonly ctx: EdgeContext
  readonly frameOf: EventFrame
  readonly readFilter: (given: unknown) => FilterReading<EventFilter>
}

/** Tells what happens: first what did in the last minutes, then live; every event once, what is lost never. */
export async function tellEvents(connection: Connection, { ctx, frameOf, readFilter }: EventsOutParts): Promise<void> {
  const { socket, frames, workspace_id, caller, request } = connection
  const wish = parseFrame(await frames.next(HANDSHAKE_MS))
  if (wish?.type !== 'filter') return socket.close(1002, "Expected 'filter' message")
  const reading = readFilter(wish['filter'])
  if (reading.kind === 'wrong') return socket.close(1002, reading.reason)
  const { filter } = reading
  frames.ignore()

  const out = createOutgoing(socket)
  const family = caller.run === null ? null : createRunFamily(ctx.db, { workspace_id, ...caller.run })
  const isWanted = (event: StoredEvent) => event.workspace_id === workspace_id && matchesEventFilter(filter, event)
  const told = new Set<string>()
  const queue: StoredEvent[] = []
  let isTelling = true

  const tellNow = async () => {
    isTelling = true
    for (let event = queue.shift(); event !== undefined; event = queue.shift()) {
      if (told.delete(event.id)) continue
      if (family !== null && !(await family.mayHear(event))) continue
      if (!out.send(frameOf(event))) return
    }
    // In the same step as the last look at the queue: what comes next starts this anew.
    isTelling = false
  }
  const fail = (error: unknown) => {
    request.log.warn({ err: error }, 'events could not be told; the client will come back')
    socket.close(1011, 'Internal error')
  }

  const unsubscribe = ctx.live.events.subscribe((events) => {
    queue.push(...events.filter(isWanted))
    if (queue.length > MOST_QUEUED) return socket.close(1011, 'Too slow')
    if (!isTelling) tellNow().catch(fail)
  })
  socket.on('close', unsubscribe)
  try {
    if (wish['backfill'] !== false) {
      const backfill = backfillOf(ctx, { workspace_id, filter })
      for await (const event of backfill) {
        if (family !== null && !(await family.mayHear(event))) continue
        told.add(event.id)
        if (!(await out.sendAndWait(frameOf(event)))) return
      }
    }
    await tellNow()
  } catch (error) {
    fail(error)
  }
}

/** Oldest first, in pages; what arrives meanwhile comes live. */
async function* backfillOf(
  ctx: EdgeContext,
  { workspace_id, filter }: { readonly workspace_id: string; readonly filter: EventFilter },
): AsyncGenerator<StoredEvent> {
  const earliest = addSeconds(ctx.clock.now(), -BACKFILL_SECONDS)
  const since = filter.occurred?.since ?? earliest
  const window: EventFilter = {
    ...filter,
    occurred: { ...filter.occurred, since: since < earliest ? earliest : since },
    order: 'ASC',
  }
  let after: EventCursor | null = null
  for (;;) {
    const page: readonly StoredEvent[] = await listEvents(ctx.db, {
      workspace_id,
      filter: window,
      after,
      limit: BACKFILL_PAGE,
    })
    yield* page
    const last = page.at(-1)
    if (last === undefined || page.length < BACKFILL_PAGE) return
    after = { occurred: last.occurred, id: last.id }
  }
}
