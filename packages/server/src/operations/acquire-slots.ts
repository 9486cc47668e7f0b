import { addSeconds } from '@slipway/contract'
import type { Context } from '../context.ts'
import { decideAcquisition, releaseSlots } from '../domain/limits/slots.ts'
import { problem } from '../errors.ts'
import { lockLimitsByName, writeSlotCounts } from '../store/concurrency-limits.ts'
import { insertLeases } from '../store/deployment-slots.ts'
import { notifyDue } from '../store/events.ts'
import type { ConcurrencyLimitRow } from '../store/rows.ts'

export interface SlotRequest {
  readonly names: readonly string[]
  readonly slots: number
  readonly mode: 'concurrency' | 'rate_limit'
  /** Null: the slots are given back by hand. */
  readonly lease: {
    readonly seconds: number
    readonly holder: { readonly type: string; readonly id: string } | null
  } | null
}

export interface Acquired {
  /** Of all names that exist; those that are not active count nothing. */
  readonly limits: readonly ConcurrencyLimitRow[]
  readonly lease_id: string
}

/** Slots of all named limits or of none; a full one is answered by 423 and remembers who was turned away. */
export async function acquireSlots(
  ctx: Context,
  workspace_id: string,
  { names, slots, mode, lease }: SlotRequest,
): Promise<Acquired> {
  const outcome = await ctx.db.transaction(async (tx) => {
    const limits = await lockLimitsByName(tx, workspace_id, names)
    // After the locks: who waited for them decides by the moment at which he got them.
    const now = ctx.clock.now()
    const active = limits.filter((limit) => limit.active)
    const decision = decideAcquisition({ limits: active, slots, mode, now, fraction: ctx.random.fraction() })
    if (decision.kind !== 'impossible') await writeSlotCounts(tx, decision.limits, now)
    const lease_id = ctx.ids.uuid()
    if (decision.kind === 'acquired' && lease !== null) {
      await insertLeases(tx, [
        {
          id: lease_id,
          workspace_id,
          created: now,
          expires: addSeconds(now, lease.seconds),
          slots,
          limit_ids: active.map((limit) => limit.id),
          holder_type: lease.holder?.type ?? null,
          holder_id: lease.holder?.id ?? null,
        },
      ])
    }
    return { decision, acquired: { limits, lease_id } }
  })
  const { decision, acquired } = outcome
  switch (decision.kind) {
    case 'acquired':
      return acquired
    case 'full':
      throw problem(423, 'Locked', { 'retry-after': String(decision.retry_after_seconds) })
    case 'impossible':
      throw problem(422, decision.detail)
  }
}

/** Gives slots back that are not held by a lease. `occupancy_seconds`: how long they were held, when that is known. */
export async function giveBackSlots(
  ctx: Context,
  workspace_id: string,
  given: { readonly names: readonly string[]; readonly slots: number; readonly occupancy_seconds: number | null },
): Promise<readonly ConcurrencyLimitRow[]> {
  const { names, slots, occupancy_seconds } = given
  return await ctx.db.transaction(async (tx) => {
    const limits = await lockLimitsByName(tx, workspace_id, names)
    const now = ctx.clock.now()
    const counts = limits.map((limit) => releaseSlots(limit, { slots, now, occupancy_seconds }))
    await writeSlotCounts(tx, counts, now)
    if (limits.some((limit) => limit.name.startsWith('deployment:'))) await notifyDue(tx)
    return limits
  })
}
