import { addSeconds, type EventTrigger, type Timestamp } from '@slipway/contract'
import { expects, type SeenEvent, startsAfter } from './match.ts'

/** What a trigger has counted between two moments, for one combination of its `for_each` values. */
export interface Bucket<E extends SeenEvent = SeenEvent> {
  readonly start: Timestamp
  readonly end: Timestamp
  readonly count: number
  readonly last_event: E | null
}

export interface Evaluated<E extends SeenEvent> {
  /** The bucket from now on; null: none. */
  readonly bucket: Bucket<E> | null
  readonly fired: boolean
  /** When it fired: the event of it, or the last one that was seen. */
  readonly event: E | null
}

/** A first bucket takes events that are as much older: they may arrive in another order than they occurred. */
const LOOKBACK_SECONDS = 900

/** An event that concerns the trigger has arrived. Times are those at which events occurred. */
export function countEvent<E extends SeenEvent>(
  trigger: EventTrigger,
  before: Bucket<E> | null,
  event: E,
): Evaluated<E> {
  if (trigger.posture === 'Proactive' && before !== null && before.end <= event.occurred) {
    // Nobody has looked since the time was over: that counts first, then the event is the first of what follows.
    const passed = passTime(trigger, before, event.occurred)
    // At the end of time nothing follows.
    if (passed.bucket !== null && passed.bucket.end <= event.occurred) return passed
    return { ...passed, bucket: countEvent(trigger, passed.bucket, event).bucket }
  }
  const opened = openBucket(trigger, before, event)
  if (opened === null || !expects(trigger, event.event)) return { bucket: opened, fired: false, event: null }
  return evaluate(trigger, opened, event.occurred, event)
}

/** Time has passed. Only what waits for the absence of events can fire by it. */
export function passTime<E extends SeenEvent>(
  trigger: EventTrigger,
  before: Bucket<E> | null,
  now: Timestamp,
): Evaluated<E> {
  if (trigger.posture !== 'Proactive') return { bucket: before, fired: false, event: null }
  // Nothing has to happen first, and there is only one thing to watch: it is watched from now on.
  const isWatched = (trigger.after ?? []).length === 0 && (trigger.for_each ?? []).length === 0
  if (before === null) {
    return { bucket: isWatched ? emptyBucket(trigger, now) : null, fired: false, event: null }
  }
  if (now < before.end) return { bucket: before, fired: false, event: null }
  if (hasEnough(trigger, before)) {
    return { bucket: isWatched ? emptyBucket(trigger, before.end, now) : null, fired: false, event: null }
  }
  return evaluate(trigger, before, now, null)
}

function openBucket<E extends SeenEvent>(trigger: EventTrigger, before: Bucket<E> | null, event: E): Bucket<E> | null {
  const end = addSeconds(event.occurred, trigger.within ?? 0)
  if (startsAfter(trigger, event.event)) {
    if (before !== null) return { ...before, last_event: event }
    // The event that starts the watch is not the one that is awaited, even when it looks like it.
    return { start: event.occurred, end, count: expects(trigger, event.event) ? -1 : 0, last_event: event }
  }
  if ((trigger.after ?? []).length > 0) return before
  if (before !== null) return { ...before, last_event: event }
  return { start: addSeconds(event.occurred, -LOOKBACK_SECONDS), end, count: 0, last_event: event }
}

function evaluate<E extends SeenEvent>(
  trigger: EventTrigger,
  before: Bucket<E>,
  now: Timestamp,
  event: E | null,
): Evaluated<E> {
  // Older than the bucket: it belonged to one that has fired or is over.
  if (now < before.start) return { bucket: before, fired: false, event: null }
  const isImmediate = trigger.posture === 'Reactive' && (trigger.within ?? 0) === 0
  const isCounted = event !== null && (isImmediate || now < before.end)
  const bucket = isCounted ? { ...before, count: before.count + 1, last_event: event } : before
  const isReady = trigger.posture === 'Reactive' || bucket.end <= now
  const fired = isReady && (trigger.posture === 'Reactive') === hasEnough(trigger, bucket)
  const firing = { fired, event: fired ? (event ?? bucket.last_event) : null }
  if (!fired && now < bucket.end) return { ...firing, bucket: restarted(trigger, bucket, event) }
  if ((trigger.after ?? []).length > 0) return { ...firing, bucket: null }
  if (isImmediate) return { ...firing, bucket: fired ? null : bucket }
  const next: Bucket<E> = emptyBucket(trigger, bucket.end, now)
  if (event === null || isCounted) return { ...firing, bucket: next }
  // The event is the first of the next bucket, and may be all that it takes; at the end of time there is no next one.
  return now < next.end ? evaluate(trigger, next, now, event) : { ...firing, bucket: next }
}

/** What was awaited has come and starts the watch anew, as one heartbeat after another does. */
function restarted<E extends SeenEvent>(trigger: EventTrigger, bucket: Bucket<E>, event: E | null): Bucket<E> {
  const isRestart =
    event !== null && trigger.posture === 'Proactive' && hasEnough(trigger, bucket) && startsAfter(trigger, event.event)
  if (!isRestart) return bucket
  return { start: event.occurred, end: addSeconds(event.occurred, trigger.within ?? 0), count: 0, last_event: event }
}

function emptyBucket(trigger: EventTrigger, from: Timestamp, now: Timestamp = from): Bucket<never> {
  const start = from > now ? from : now
  return { start, end: addSeconds(start, trigger.within ?? 0), count: 0, last_event: null }
}

function hasEnough(trigger: EventTrigger, bucket: Bucket): boolean {
  return bucket.count >= (trigger.threshold ?? 1)
}
