import { Type, type Static } from 'typebox'
import { Uuid } from './ids.ts'
import { DateTime, JsonObject } from './json.ts'
import { Default, Integer, MapOf, Nullable } from './schema.ts'

/** Labels of the thing that an event is about; `prefect.resource.id` names it. */
export const Resource = MapOf(Type.String())
export type Resource = Static<typeof Resource>

/** Labels of another thing; `prefect.resource.role` says what it has to do with the event. */
export const RelatedResource = MapOf(Type.String())
export type RelatedResource = Static<typeof RelatedResource>

export const EventInput = Type.Object({
  occurred: DateTime,
  event: Type.String({ check: 'event-name' }),
  resource: Type.Record(Type.String(), Type.String(), { check: 'resource' }),
  related: Default(
    Type.Array(Type.Record(Type.String(), Type.String(), { check: 'related-resource' }), { maxItems: 100 }),
    [],
  ),
  payload: Default(JsonObject, {}),
  id: Uuid,
  follows: Default(Nullable(Uuid), null),
})
export type EventInput = Static<typeof EventInput>

export const Event = Type.Object({
  occurred: DateTime,
  event: Type.String(),
  resource: Resource,
  related: Type.Array(RelatedResource),
  payload: JsonObject,
  id: Uuid,
  follows: Nullable(Uuid),
})
export type Event = Static<typeof Event>

export const ReceivedEvent = Type.Object({
  occurred: DateTime,
  event: Type.String(),
  resource: Resource,
  related: Type.Array(RelatedResource),
  payload: JsonObject,
  id: Uuid,
  follows: Nullable(Uuid),
  received: DateTime,
})
export type ReceivedEvent = Static<typeof ReceivedEvent>

export const EventPage = Type.Object({
  events: Type.Array(ReceivedEvent),
  total: Integer(),
  next_page: Nullable(Type.String()),
})
export type EventPage = Static<typeof EventPage>

export const EventCount = Type.Object({
  value: Type.String(),
  label: Type.String(),
  count: Integer(),
  start_time: DateTime,
  end_time: DateTime,
})
export type EventCount = Static<typeof EventCount>
