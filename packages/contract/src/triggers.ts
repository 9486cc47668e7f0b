import { Type, type Static } from 'typebox'
import { Uuid } from './ids.ts'
import { Duration } from './json.ts'
import { Default, Integer, Labelled, MapOf, Nullable, OneOf, SetOf } from './schema.ts'

/** Label → value or values; a value may end in `*` or begin with `!`. */
export const ResourceSpecification = MapOf(Type.Union([Type.String(), Type.Array(Type.String())]))
export type ResourceSpecification = Static<typeof ResourceSpecification>

export const EventTrigger = Type.Object(
  {
    type: Type.Literal('event'),
    id: Type.Optional(Uuid),
    match: Default(ResourceSpecification, {}),
    match_related: Default(Type.Union([ResourceSpecification, Type.Array(ResourceSpecification)]), {}),
    after: Default(SetOf(Type.String()), []),
    expect: Default(SetOf(Type.String()), []),
    for_each: Default(SetOf(Type.String()), []),
    posture: OneOf(['Reactive', 'Proactive']),
    threshold: Default(Integer(), 1),
    within: Default(Duration, 0),
  },
  { check: 'event-trigger' },
)
export type EventTrigger = Static<typeof EventTrigger>

export interface CompoundTrigger {
  type: 'compound'
  id?: string
  triggers: Trigger[]
  within: number | null
  require: number | 'any' | 'all'
}

export interface SequenceTrigger {
  type: 'sequence'
  id?: string
  triggers: Trigger[]
  within: number | null
}

export type Trigger = EventTrigger | CompoundTrigger | SequenceTrigger

/** Triggers contain triggers: the reference is looked up in `definitions` by whoever reads the schema. */
const Nested = Type.Unsafe<Trigger>({ $ref: '#/components/schemas/Trigger' })

export const CompoundTrigger = Type.Object(
  {
    type: Type.Literal('compound'),
    id: Type.Optional(Uuid),
    triggers: Type.Array(Nested),
    within: Nullable(Duration),
    require: Type.Union([Labelled('int', Type.Integer()), Labelled("literal['any','all']", OneOf(['any', 'all']))]),
  },
  { check: 'compound-trigger' },
)

export const SequenceTrigger = Type.Object({
  type: Type.Literal('sequence'),
  id: Type.Optional(Uuid),
  triggers: Type.Array(Nested),
  within: Nullable(Duration),
})

export const Trigger = Type.Unsafe<Trigger>(
  Type.Union([
    Labelled('EventTrigger', EventTrigger),
    Labelled(
      'function-after[validate_require(), function-after[validate_require(), CompoundTrigger]]',
      CompoundTrigger,
    ),
    Labelled('SequenceTrigger', SequenceTrigger),
  ]),
)

export const definitions = { Trigger }
