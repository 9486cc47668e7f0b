import { Type } from 'typebox'
import { EventCount, EventInput, EventPage } from '../events.ts'
import { EventFilter } from '../filters/events.ts'
import { BODY_8_MIB, operation } from '../operation.ts'
import { Default, Integer, Nullable } from '../schema.ts'

export const createEvents = operation({
  id: 'createEvents',
  method: 'POST',
  path: '/events',
  summary: 'Store events',
  tags: ['Events'],
  scope: 'run',
  body: Type.Array(EventInput),
  status: 204,
  maxBodyBytes: BODY_8_MIB,
})

export const readEvents = operation({
  id: 'readEvents',
  method: 'POST',
  path: '/events/filter',
  summary: 'List events',
  tags: ['Events'],
  scope: 'read',
  body: Type.Object({
    filter: Type.Optional(Nullable(EventFilter)),
    limit: Default(Integer({ minimum: 0, maximum: 50 }), 50),
  }),
  embedded: true,
  response: EventPage,
})

export const readAccountEventsPage = operation({
  id: 'readAccountEventsPage',
  method: 'GET',
  path: '/events/filter/next',
  summary: 'The next page of a list of events',
  tags: ['Events'],
  scope: 'read',
  query: Type.Object({ 'page-token': Type.String() }),
  response: EventPage,
})

export const countAccountEvents = operation({
  id: 'countAccountEvents',
  method: 'POST',
  path: '/events/count-by/{countable}',
  summary: 'Count events by time, name or resource',
  tags: ['Events'],
  scope: 'read',
  params: Type.Object({ countable: Type.Enum(['day', 'time', 'event', 'resource']) }),
  body: Type.Object({
    filter: EventFilter,
    time_unit: Default(Type.Enum(['week', 'day', 'hour', 'minute', 'second']), 'day'),
    time_interval: Default(Type.Number({ minimum: 0.01 }), 1.0),
  }),
  embedded: true,
  response: Type.Array(EventCount),
  errors: [404],
})
