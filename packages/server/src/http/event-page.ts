import {
  compileSchema,
  contractChecks,
  EventFilter,
  type EventPage,
  isUuid,
  parseTimestamp,
  type ReceivedEvent,
} from '@slipway/contract'
import type { FastifyRequest } from 'fastify'
import type { EdgeContext } from '../context.ts'
import { problem } from '../errors.ts'
import { countEvents, type EventCursor, listEvents } from '../store/event-lists.ts'
import type { StoredEvent } from '../store/events.ts'

const MOST_PER_PAGE = 50

/** All that is needed to read on. It opens nothing: whoever sends it could ask the same with `POST /events/filter`. */
interface PageToken {
  readonly filter: EventFilter
  readonly limit: number
  readonly after: EventCursor | null
}

export function receivedEvent({ workspace_id: _workspace_id, ...event }: StoredEvent): ReceivedEvent {
  const { id, occurred, event: name, resource, related, payload, follows, received } = event
  return { occurred, event: name, resource, related: [...related], payload, id, follows, received }
}

export async function eventPage(
  ctx: EdgeContext,
  { workspace_id, request }: { readonly workspace_id: string; readonly request: FastifyRequest },
  { filter, limit, after }: PageToken,
): Promise<EventPage> {
  const found = await listEvents(ctx.db, { workspace_id, filter, after, limit: limit + 1 })
  const events = found.slice(0, limit)
  const last = events.at(-1)
  const next = { filter, limit, after: last === undefined ? after : { occurred: last.occurred, id: last.id } }
  return {
    events: events.map(receivedEvent),
    total: await countEvents(ctx.db, workspace_id, filter),
    next_page: found.length > limit ? nextPageUrl(request, next) : null,
  }
}

/** Clients follow it as it is, so it leads to the host by which they came. */
function nextPageUrl({ protocol, host, url }: FastifyRequest, token: PageToken): string {
  const text = Buffer.from(JSON.stringify(token)).toString('base64url')
  const path = url.slice(0, url.indexOf('/events/filter'))
  return `${protocol}://${host}${path}/events/filter/next?page-token=${text}`
}

export function createTokenReader(): (text: string) => PageToken {
  const validate = compileSchema(EventFilter, { checks: contractChecks })
  return (text) => {
    const token = parseToken(text)
    const issues: Parameters<typeof validate>[2] = []
    const filter = validate(token?.filter, { parent: null, key: 'filter' }, issues)
    if (token === null || issues.length > 0) throw problem(403, 'Forbidden')
    // The validator has just read it by this schema.
    return { filter: filter as EventFilter, limit: token.limit, after: token.after }
  }
}

interface UnreadToken {
  readonly filter: unknown
  readonly limit: number
  readonly after: EventCursor | null
}

function parseToken(text: string): UnreadToken | null {
  const token = parseJson(Buffer.from(text, 'base64url').toString())
  if (typeof token !== 'object' || token === null) return null
  if (!('filter' in token && 'limit' in token && 'after' in token)) return null
  const { filter, limit, after } = token
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 0 || limit > MOST_PER_PAGE) return null
  if (after === null) return { filter, limit, after }
  if (typeof after !== 'object' || !('occurred' in after && 'id' in after)) return null
  const { occurred, id } = after
  if (typeof occurred !== 'string' || typeof id !== 'string' || !isMoment(occurred) || !isUuid(id)) return null
  return { filter, limit, after: { occurred, id } }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

function isMoment(text: string): boolean {
  return parseTimestamp(text) === text
}
