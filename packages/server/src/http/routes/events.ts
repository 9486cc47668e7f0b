import { operations } from '@slipway/contract'
import type { FastifyInstance } from 'fastify'
import type { EdgeContext } from '../../context.ts'
import { timeBuckets } from '../../domain/events/time-buckets.ts'
import { problem } from '../../errors.ts'
import type { EventWriter } from '../../operations/ingest-events.ts'
import { createRunFamily } from '../../operations/run-family.ts'
import { countEventsBy, countEventsByTime } from '../../store/event-lists.ts'
import { createTokenReader, eventPage } from '../event-page.ts'
import { mount } from '../mount.ts'

export function mountEventRoutes(app: FastifyInstance, ctx: EdgeContext, writeEvent: EventWriter): void {
  const readToken = createTokenReader()
  mount(app, operations.createEvents, async ({ body, workspace_id, caller }) => {
    if (caller.run !== null && !(await createRunFamily(ctx.db, { ...caller.run, workspace_id }).mayTellAll(body)))
      throw problem(403, 'The credential of a run allows only what is about that run.')
    await Promise.all(body.map((event) => writeEvent({ workspace_id, event })))
  })
  mount(app, operations.readEvents, (request) => {
    const { filter, limit } = request.body
    return eventPage(ctx, request, { filter: filter ?? {}, limit, after: null })
  })
  mount(app, operations.readAccountEventsPage, (request) =>
    eventPage(ctx, request, readToken(request.query['page-token'])),
  )
  mount(app, operations.countAccountEvents, async ({ params: { countable }, body, workspace_id }) => {
    const { filter, time_unit, time_interval } = body
    if (countable === 'event' || countable === 'resource')
      return [...(await countEventsBy(ctx.db, countable, workspace_id, filter))]
    const unit = countable === 'day' ? 'day' : time_unit
    const buckets = timeBuckets({ ...span(filter), unit, interval: time_interval }, ctx.clock.now())
    if (typeof buckets === 'string') throw problem(422, buckets)
    return [...(await countEventsByTime(ctx.db, workspace_id, filter, buckets))]
  })
}

function span({ occurred }: { readonly occurred?: { readonly since?: string; readonly until?: string } }) {
  return { since: occurred?.since, until: occurred?.until }
}
