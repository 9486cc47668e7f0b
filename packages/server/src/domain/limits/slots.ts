import type { Timestamp } from '@slipway/contract'
import { jitter } from '../backoff.ts'
import {
  type LimitSlots,
  activeSlotsAfterDecay,
  deniedSlotsAfterDecay,
  maxWaitSeconds,
  occupancyAfterRelease,
} from './decay.ts'

const JITTER = 0.3

/** The counts of one limit as they are to be written, right for the moment of the decision. */
export interface SlotCounts {
  readonly id: string
  readonly active_slots: number
  readonly denied_slots: number
  readonly avg_slot_occupancy_seconds: number
}

export type Acquisition =
  | { readonly kind: 'acquired'; readonly limits: readonly SlotCounts[] }
  /** Answered by 423 with this Retry-After; the counts remember who was turned away. */
  | { readonly kind: 'full'; readonly limits: readonly SlotCounts[]; readonly retry_after_seconds: number }
  /** Can never succeed: 422. */
  | { readonly kind: 'impossible'; readonly detail: string }

export interface SlotRequest {
  /** Those of the named limits that exist and are active, locked in id order. */
  readonly limits: readonly LimitSlots[]
  readonly slots: number
  readonly mode: 'concurrency' | 'rate_limit'
  readonly now: Timestamp
  /** Random in [0, 1). */
  readonly fraction: number
}

/** Slots of all limits, or of none. No limit at all is a success: unknown names are silently left out. */
export function decideAcquisition({ limits, slots, mode, now, fraction }: SlotRequest): Acquisition {
  if (limits.some(({ limit }) => limit < slots)) {
    return { kind: 'impossible', detail: 'Slots requested is greater than the limit' }
  }
  const lasting = limits.filter(({ slot_decay_per_second }) => slot_decay_per_second === 0).map(({ name }) => name)
  if (mode === 'rate_limit' && lasting.length > 0) {
    return {
      kind: 'impossible',
      detail: `Only concurrency limits with slot decay can be used for rate limiting. The following limits do not have a decay configured: '${lasting.join(',')}'`,
    }
  }
  const fits = limits.every((limit) => activeSlotsAfterDecay(limit, now) + slots <= limit.limit)
  if (fits)
    return { kind: 'acquired', limits: limits.map((limit) => countsOf(limit, now, { taken: slots, denied: 0 })) }
  return {
    kind: 'full',
    limits: limits.map((limit) => countsOf(limit, now, { taken: 0, denied: slots })),
    retry_after_seconds: retryAfterSeconds({ limits, slots, now, fraction }),
  }
}

/** Gives slots back. `occupancy_seconds`: how long they were held, which improves later estimates; null: unknown. */
export function releaseSlots(
  limit: LimitSlots,
  { slots, now, occupancy_seconds }: { slots: number; now: Timestamp; occupancy_seconds: number | null },
): SlotCounts {
  const counts = countsOf(limit, now, { taken: -slots, denied: 0 })
  if (occupancy_seconds === null || occupancy_seconds <= 0) return counts
  return { ...counts, avg_slot_occupancy_seconds: occupancyAfterRelease(limit, slots, occupancy_seconds) }
}

function countsOf(limit: LimitSlots, now: Timestamp, change: { taken: number; denied: number }): SlotCounts {
  return {
    id: limit.id,
    active_slots: Math.max(0, activeSlotsAfterDecay(limit, now) + change.taken),
    denied_slots: deniedSlotsAfterDecay(limit, now) + change.denied,
    avg_slot_occupancy_seconds: limit.avg_slot_occupancy_seconds,
  }
}

/** By the limit with most waiting before us, spread so that those who wait do not come back together. */
function retryAfterSeconds({ limits, slots, now, fraction }: Omit<SlotRequest, 'mode'>): number {
  let seconds = 0
  let most = 0
  for (const limit of limits) {
    const waiting = slots + deniedSlotsAfterDecay(limit, now)
    const decays = limit.slot_decay_per_second > 0
    const blocking = decays ? waiting : waiting / limit.limit
    if (blocking <= most) continue
    most = blocking
    const cap = maxWaitSeconds(limit)
    seconds = decays
      ? blocking / limit.slot_decay_per_second
      : Math.min(Math.min(limit.avg_slot_occupancy_seconds, cap) * blocking, cap)
  }
  return jitter(seconds, JITTER, fraction)
}
