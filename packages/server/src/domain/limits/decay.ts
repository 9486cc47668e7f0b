import { type Timestamp, secondsBetween } from '@slipway/contract'

/** A row of concurrency_limit, as far as counting goes. */
export interface LimitSlots {
  readonly id: string
  readonly name: string
  readonly limit: number
  readonly active_slots: number
  readonly denied_slots: number
  readonly slot_decay_per_second: number
  readonly avg_slot_occupancy_seconds: number
  /** The moment for which the counts are right. */
  readonly slots_updated: Timestamp
}

const MIN_OCCUPANCY_SECONDS = 0.1
const MAX_WAIT_SECONDS = 30
const MAX_TAG_WAIT_SECONDS = 10

/** Slots of a rate limit come back by themselves; those of others only when they are released. */
export function activeSlotsAfterDecay(
  limit: Pick<LimitSlots, 'active_slots' | 'slot_decay_per_second' | 'slots_updated'>,
  now: Timestamp,
): number {
  return Math.max(0, limit.active_slots - elapsedSeconds(limit, now) * limit.slot_decay_per_second)
}

/** Who was turned away counts until he has probably been served: one per slot that decays, or per average stay. */
export function deniedSlotsAfterDecay(limit: LimitSlots, now: Timestamp): number {
  const per_second = limit.slot_decay_per_second > 0 ? limit.slot_decay_per_second : 1 / clampedOccupancySeconds(limit)
  return Math.max(0, limit.denied_slots - elapsedSeconds(limit, now) * per_second)
}

/** Nobody is told to wait longer than this at a limit without decay. */
export function maxWaitSeconds({ name }: Pick<LimitSlots, 'name'>): number {
  return name.startsWith('tag:') ? MAX_TAG_WAIT_SECONDS : MAX_WAIT_SECONDS
}

/** The running average over about the last two fillings of the limit. */
export function occupancyAfterRelease(limit: LimitSlots, slots: number, occupancy_seconds: number): number {
  const sample = Math.max(occupancy_seconds / slots, MIN_OCCUPANCY_SECONDS)
  // A limit of 0 still gets back what was taken before it was lowered.
  const weight = 1 / (Math.max(1, limit.limit) * 2)
  return limit.avg_slot_occupancy_seconds + (sample - limit.avg_slot_occupancy_seconds) * weight
}

function clampedOccupancySeconds(limit: LimitSlots): number {
  return Math.max(MIN_OCCUPANCY_SECONDS, Math.min(limit.avg_slot_occupancy_seconds, maxWaitSeconds(limit)))
}

function elapsedSeconds({ slots_updated }: Pick<LimitSlots, 'slots_updated'>, now: Timestamp): number {
  return Math.max(0, secondsBetween(slots_updated, now))
}
