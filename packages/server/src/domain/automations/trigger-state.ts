import {
  addSeconds,
  type CompoundTrigger,
  type EventTrigger,
  type SequenceTrigger,
  type Timestamp,
  type Trigger,
} from '@slipway/contract'
import { type Bucket, countEvent, passTime } from './bucket.ts'
import { bucketingKey, concerns, forEachLabels, type Labels, type SeenEvent } from './match.ts'

/** A trigger has fired. */
export interface Firing<E extends SeenEvent = SeenEvent> {
  readonly id: string
  readonly trigger_id: string
  readonly triggered: Timestamp
  /** By the labels of `for_each`. */
  readonly triggering_labels: Labels
  /** Of the triggers within this one that made it fire. */
  readonly triggering_firings: readonly Firing<E>[]
  readonly triggering_event: E | null
}

/** What an automation remembers. A step reads it and says what changes; null: forgotten. */
export interface Memory<E extends SeenEvent> {
  readonly buckets: ReadonlyMap<string, Bucket<E>>
  /** The last firing of each trigger inside another one that waits for more, by trigger id. */
  readonly firings: ReadonlyMap<string, Firing<E>>
}

export interface Step<E extends SeenEvent> {
  readonly buckets: ReadonlyMap<string, Bucket<E> | null>
  readonly firings: ReadonlyMap<string, Firing<E> | null>
  /** Of the outermost trigger: the automation is to act. */
  readonly fired: readonly Firing<E>[]
}

export interface Fresh {
  /** Later with every call. */
  readonly now: () => Timestamp
  readonly id: () => string
}

/** Key of a bucket in the memory. */
export function bucketId(trigger_id: string, key: readonly string[]): string {
  return JSON.stringify([trigger_id, ...key])
}

/** All event triggers within a trigger. */
export function eventTriggers(trigger: Trigger): readonly EventTrigger[] {
  return trigger.type === 'event' ? [trigger] : trigger.triggers.flatMap(eventTriggers)
}

/** Buckets that an event may change. */
export function bucketsOfEvent(
  trigger: Trigger,
  event: SeenEvent,
): readonly { readonly trigger_id: string; readonly key: readonly string[] }[] {
  return eventTriggers(trigger)
    .filter((inner) => concerns(inner, event))
    .map((inner) => ({ trigger_id: triggerId(inner), key: bucketingKey(inner, event) }))
}

export function triggerId({ id }: Trigger): string {
  if (id === undefined) throw new Error('A stored trigger has no id')
  return id
}

export function onEvent<E extends SeenEvent>(root: Trigger, memory: Memory<E>, event: E, fresh: Fresh): Step<E> {
  return walk(root, memory, fresh, (trigger, place) => {
    if (!concerns(trigger, event)) return []
    return visitBucket(trigger, bucketingKey(trigger, event), place, (bucket) => countEvent(trigger, bucket, event))
  })
}

/** For one bucket of one event trigger: `key` is empty where nothing is told apart. */
export function onTick<E extends SeenEvent>(
  root: Trigger,
  memory: Memory<E>,
  tick: { readonly trigger_id: string; readonly key: readonly string[]; readonly now: Timestamp },
  fresh: Fresh,
): Step<E> {
  return walk(root, memory, fresh, (trigger, place) => {
    if (trigger.id !== tick.trigger_id) return []
    return visitBucket(trigger, tick.key, place, (bucket) => passTime(trigger, bucket, tick.now))
  })
}

/** Reads through what this step has already changed. */
interface Place<E extends SeenEvent> {
  readonly memory: Memory<E>
  readonly fresh: Fresh
  readonly buckets: Map<string, Bucket<E> | null>
  readonly firings: Map<string, Firing<E> | null>
}

type Visit<E extends SeenEvent> = (trigger: EventTrigger, place: Place<E>) => readonly Firing<E>[]

function walk<E extends SeenEvent>(root: Trigger, memory: Memory<E>, fresh: Fresh, visit: Visit<E>): Step<E> {
  const place: Place<E> = { memory, fresh, buckets: new Map(), firings: new Map() }
  const fired = firingsOf(root, place, visit)
  return { buckets: place.buckets, firings: place.firings, fired }
}

function firingsOf<E extends SeenEvent>(trigger: Trigger, place: Place<E>, visit: Visit<E>): readonly Firing<E>[] {
  if (trigger.type === 'event') return visit(trigger, place)
  return trigger.triggers
    .flatMap((inner) => firingsOf(inner, place, visit))
    .flatMap((firing) => receive(trigger, firing, place) ?? [])
}

function visitBucket<E extends SeenEvent>(
  trigger: EventTrigger,
  key: readonly string[],
  place: Place<E>,
  evaluate: (bucket: Bucket<E> | null) => {
    readonly bucket: Bucket<E> | null
    readonly fired: boolean
    readonly event: E | null
  },
): readonly Firing<E>[] {
  const id = bucketId(triggerId(trigger), key)
  const { bucket, fired, event } = evaluate(place.memory.buckets.get(id) ?? null)
  place.buckets.set(id, bucket)
  if (!fired) return []
  const labels = forEachLabels(trigger).map((label, index) => [label, key[index] ?? ''] as const)
  return [firingOf(trigger, place, { triggering_labels: Object.fromEntries(labels), triggering_event: event })]
}

/** A trigger within another one has fired: does that one fire by it? */
function receive<E extends SeenEvent>(
  parent: CompoundTrigger | SequenceTrigger,
  firing: Firing<E>,
  place: Place<E>,
): Firing<E> | null {
  const { triggering_event } = firing
  const needed = neededFirings(parent)
  if (needed === 1) return firingOf(parent, place, { triggering_firings: [firing], triggering_event })
  const oldest = parent.within === null ? null : addSeconds(firing.triggered, -parent.within)
  place.firings.set(firing.trigger_id, firing)
  const remembered = parent.triggers.flatMap((child) => recall(child, oldest, place) ?? [])
  const ordered = remembered.sort((a, b) => (a.triggered < b.triggered ? -1 : 1))
  const isReady =
    ordered.length >= needed &&
    (parent.type === 'compound' || ordered.every((each, index) => each.trigger_id === parent.triggers[index]?.id))
  if (!isReady) return null
  for (const { trigger_id } of ordered) place.firings.set(trigger_id, null)
  return firingOf(parent, place, { triggering_firings: ordered, triggering_event })
}

/** What is too old is forgotten. */
function recall<E extends SeenEvent>(child: Trigger, oldest: Timestamp | null, place: Place<E>): Firing<E> | null {
  const id = triggerId(child)
  const changed = place.firings.get(id)
  const firing = changed === undefined ? (place.memory.firings.get(id) ?? null) : changed
  if (firing === null || oldest === null || firing.triggered >= oldest) return firing
  place.firings.set(id, null)
  return null
}

function neededFirings(trigger: CompoundTrigger | SequenceTrigger): number {
  if (trigger.type === 'sequence' || trigger.require === 'all') return trigger.triggers.length
  return trigger.require === 'any' ? 1 : trigger.require
}

function firingOf<E extends SeenEvent>(
  trigger: Trigger,
  { fresh }: Place<E>,
  given: Partial<Pick<Firing<E>, 'triggering_labels' | 'triggering_firings'>> & Pick<Firing<E>, 'triggering_event'>,
): Firing<E> {
  return {
    id: fresh.id(),
    trigger_id: triggerId(trigger),
    triggered: fresh.now(),
    triggering_labels: {},
    triggering_firings: [],
    ...given,
  }
}
