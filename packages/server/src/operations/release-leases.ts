import { secondsBetween, type Timestamp } from '@slipway/contract'
import type { Context } from '../context.ts'
import { releaseSlots, type SlotCounts } from '../domain/limits/slots.ts'
import { findLease, removeLeases } from '../store/concurrency-leases.ts'
import { writeSlotCounts } from '../store/concurrency-limits.ts'
import type { Transaction } from '../store/database.ts'
import { lockLimits } from '../store/deployment-slots.ts'
import { notifyDue } from '../store/events.ts'
import type { ConcurrencyLeaseRow, ConcurrencyLimitRow } from '../store/rows.ts'

/**
 * Ends leases that were read without a lock: limits are locked before leases, as everywhere. One that another server
 * ended meanwhile, or that was renewed since it was found expired, is left alone. Returns how many were ended.
 */
export async function endLeases(
  tx: Transaction,
  found: readonly ConcurrencyLeaseRow[],
  { now, expired_by }: { readonly now: Timestamp; readonly expired_by: Timestamp | null },
): Promise<number> {
  if (found.length === 0) return 0
  const limits = await lockLimits(tx, [...new Set(found.flatMap((lease) => lease.limit_ids))])
  const ended = await removeLeases(
    tx,
    found.map((lease) => lease.id),
    expired_by,
  )
  await writeSlotCounts(
    tx,
    limits.flatMap((limit) => released(limit, ended, now) ?? []),
    now,
  )
  // Runs of deployments wait for slots too.
  if (ended.length > 0) await notifyDue(tx)
  return ended.length
}

function released(
  limit: ConcurrencyLimitRow,
  ended: readonly ConcurrencyLeaseRow[],
  now: Timestamp,
): SlotCounts | null {
  const own = ended.filter((lease) => lease.limit_ids.includes(limit.id))
  if (own.length === 0) return null
  let row = limit
  let counts: SlotCounts = limit
  for (const { slots, created } of own) {
    const occupancy_seconds = secondsBetween(created, now)
    counts = releaseSlots(row, { slots, now, occupancy_seconds })
    row = { ...row, ...counts, slots_updated: now }
  }
  const { id, active_slots, denied_slots, avg_slot_occupancy_seconds } = counts
  return { id, active_slots, denied_slots, avg_slot_occupancy_seconds }
}

/** A lease that is not there was ended before: that is no mistake. */
export async function releaseLease(ctx: Context, workspace_id: string, lease_id: string): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const lease = await findLease(tx, workspace_id, lease_id)
    if (lease !== null) await endLeases(tx, [lease], { now: ctx.clock.now(), expired_by: null })
  })
}
