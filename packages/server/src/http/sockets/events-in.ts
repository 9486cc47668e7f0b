import { type Checks, compileSchema, EventInput, type Issue, type Validate } from '@slipway/contract'
import type { Context } from '../../context.ts'
import type { EventWriter } from '../../operations/ingest-events.ts'
import { createRunFamily, type RunFamily } from '../../operations/run-family.ts'
import type { WireEvent } from '../../store/events.ts'
import type { Connection } from './handshake.ts'
import { parseJsonFrame } from './parse-frame.ts'

/** Frames of one client that are being stored; beyond it nothing more is read from its connection. */
const MOST_OPEN = 2_000
const MOST_OPEN_CHARACTERS = 16 * 1_048_576
const RESUME_AT = 0.5

/** Reads one event; null: it is none. */
export type ReadEvent = (frame: string) => WireEvent | null

export function createEventReader(checks: Checks): ReadEvent {
  const validate: Validate = compileSchema(EventInput, { checks })
  return (frame) => {
    const issues: Issue[] = []
    const event = validate(parseJsonFrame(frame), { parent: null, key: 'event' }, issues)
    // The validator has just read it by this schema, whose keys are those of WireEvent.
    return issues.length === 0 ? (event as WireEvent) : null
  }
}

export interface EventsInParts {
  readonly ctx: Context
  readonly readEvent: ReadEvent
  readonly writeEvent: EventWriter
}

/**
 * Takes events. A ping is answered when every frame before it is stored for good: clients take the pong for the receipt
 * of all that they sent, and send again what has none.
 */
export function answerPingsAfterStoring(socket: Connection['socket']): (stored: Promise<void>) => void {
  let tail: Promise<void> = Promise.resolve()
  socket.on('ping', (data) => {
    const before = tail
    // A frame that could not be stored closes the socket; its receipt is never sent.
    before.then(
      () => socket.readyState === socket.OPEN && socket.pong(data),
      () => undefined,
    )
  })
  return (stored) => {
    const before = tail
    tail = Promise.all([before, stored]).then(() => undefined)
    // Whoever waits for it handles the failure.
    tail.catch(() => undefined)
  }
}

export function takeEvents(connection: Connection, parts: EventsInParts, track: (stored: Promise<void>) => void): void {
  const { socket, frames, caller, workspace_id, request } = connection
  const family =
    caller.run === null ? null : createRunFamily(parts.ctx.db, { workspace_id, flow_run_id: caller.run.flow_run_id })
  let open = 0
  let characters = 0
  let last: Promise<void> = Promise.resolve()
  let isRefusing = false

  const refuse = (code: number, reason: string) => {
    isRefusing = true
    // What came before is stored first; a client that is closed out sends it again otherwise.
    void last.then(
      () => socket.close(code, reason),
      () => socket.close(1011, 'The events could not be stored'),
    )
  }

  frames.forEach((frame) => {
    if (isRefusing) return
    const event = parts.readEvent(frame)
    if (event === null) return refuse(1011, 'Not a valid event')
    const stored = store(event, { ...parts, family, connection })
    open += 1
    characters += frame.length
    if (open >= MOST_OPEN || characters >= MOST_OPEN_CHARACTERS) socket.pause()
    const done = stored.finally(() => {
      open -= 1
      characters -= frame.length
      if (socket.isPaused && open <= MOST_OPEN * RESUME_AT && characters <= MOST_OPEN_CHARACTERS * RESUME_AT)
        socket.resume()
    })
    track(done)
    const before = last
    last = Promise.all([before, done]).then(() => undefined)
    last.catch((error: unknown) => {
      if (isRefusing) return
      isRefusing = true
      request.log.warn({ err: error }, 'events of a client could not be stored; it will send them again')
      socket.close(1011, 'The events could not be stored')
    })
  })
}

interface StoreParts extends EventsInParts {
  readonly family: RunFamily | null
  readonly connection: Connection
}

async function store(event: WireEvent, { writeEvent, family, connection }: StoreParts): Promise<void> {
  const { workspace_id, request, caller } = connection
  if (family !== null && !(await family.mayTell(event))) {
    // Dropped, not refused: a client would send it again for ever, and nothing behind it would arrive.
    request.log.warn({ event: event.event, flow_run_id: caller.run?.flow_run_id }, 'a run told what is not its own')
    return
  }
  await writeEvent({ workspace_id, event })
}
