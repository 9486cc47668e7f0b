import { Type, type Static } from 'typebox'
import { Uuid } from '../ids.ts'
import { DateTime, Json } from '../json.ts'
import { Nullable, Strict } from '../schema.ts'
import { ResourceSpecification } from '../triggers.ts'

export const EventOccurredFilter = Strict({
  since: Type.Optional(DateTime),
  until: Type.Optional(DateTime),
})
export type EventOccurredFilter = Static<typeof EventOccurredFilter>

export const EventNameFilter = Strict({
  prefix: Type.Optional(Nullable(Type.Array(Type.String()))),
  exclude_prefix: Type.Optional(Nullable(Type.Array(Type.String()))),
  name: Type.Optional(Nullable(Type.Array(Type.String()))),
  exclude_name: Type.Optional(Nullable(Type.Array(Type.String()))),
})
export type EventNameFilter = Static<typeof EventNameFilter>

export const EventResourceFilter = Strict({
  id: Type.Optional(Nullable(Type.Array(Type.String()))),
  id_prefix: Type.Optional(Nullable(Type.Array(Type.String()))),
  labels: Type.Optional(Nullable(ResourceSpecification)),
  distinct: Type.Optional(Type.Boolean()),
})
export type EventResourceFilter = Static<typeof EventResourceFilter>

export const EventRelatedFilter = Strict({
  id: Type.Optional(Nullable(Type.Array(Type.String()))),
  role: Type.Optional(Nullable(Type.Array(Type.String()))),
  resources_in_roles: Type.Optional(Nullable(Type.Array(Type.Array(Json)))),
  labels: Type.Optional(Nullable(ResourceSpecification)),
})
export type EventRelatedFilter = Static<typeof EventRelatedFilter>

export const EventAnyResourceFilter = Strict({
  id: Type.Optional(Nullable(Type.Array(Type.String()))),
  id_prefix: Type.Optional(Nullable(Type.Array(Type.String()))),
  labels: Type.Optional(Nullable(ResourceSpecification)),
})
export type EventAnyResourceFilter = Static<typeof EventAnyResourceFilter>

export const EventIDFilter = Strict({
  id: Type.Optional(Nullable(Type.Array(Uuid))),
})
export type EventIDFilter = Static<typeof EventIDFilter>

export const EventTextFilter = Strict({
  query: Type.String({ maxLength: 200 }),
})
export type EventTextFilter = Static<typeof EventTextFilter>

export const EventOrder = Type.Enum(['ASC', 'DESC'])
export type EventOrder = Static<typeof EventOrder>

export const EventFilter = Strict({
  occurred: Type.Optional(EventOccurredFilter),
  event: Type.Optional(Nullable(EventNameFilter)),
  resource: Type.Optional(Nullable(EventResourceFilter)),
  related: Type.Optional(Nullable(Type.Union([EventRelatedFilter, Type.Array(EventRelatedFilter)]))),
  any_resource: Type.Optional(Nullable(Type.Union([EventAnyResourceFilter, Type.Array(EventAnyResourceFilter)]))),
  id: Type.Optional(EventIDFilter),
  text: Type.Optional(Nullable(EventTextFilter)),
  order: Type.Optional(EventOrder),
})
export type EventFilter = Static<typeof EventFilter>
