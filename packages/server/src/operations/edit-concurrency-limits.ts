import type { ConcurrencyLimitV2Update, Timestamp } from '@slipway/contract'
import type { Context } from '../context.ts'
import { activeSlotsAfterDecay, deniedSlotsAfterDecay } from '../domain/limits/decay.ts'
import { problem } from '../errors.ts'
import type { Change, ResourceChange } from '../events/resource-event.ts'
import { deleteLimit, insertLimit, type LimitKey, lockLimit, updateLimit } from '../store/concurrency-limits.ts'
import { notifyDue } from '../store/events.ts'
import type { ConcurrencyLimitRow } from '../store/rows.ts'
import { emitChanges } from './emit-change.ts'
import { integrityConflict } from './integrity-conflict.ts'

export type NewLimit = Pick<
  ConcurrencyLimitRow,
  'active' | 'name' | 'limit' | 'active_slots' | 'denied_slots' | 'slot_decay_per_second'
>

export async function createLimit(
  ctx: Context,
  workspace_id: string,
  { active, name, limit, active_slots, denied_slots, slot_decay_per_second }: NewLimit,
): Promise<ConcurrencyLimitRow> {
  return await ctx.db.transaction(async (tx) => {
    const created = ctx.clock.now()
    const row = await insertLimit(tx, {
      id: ctx.ids.uuid(),
      workspace_id,
      created,
      active,
      name,
      limit,
      active_slots,
      denied_slots,
      slot_decay_per_second,
    })
    if (row === null) throw integrityConflict()
    await emitChanges(ctx, tx, workspace_id, [limitChange('created', row)], created)
    return row
  })
}

/** A key that is absent stays as it is; none of them can be null. */
export async function changeLimit(
  ctx: Context,
  workspace_id: string,
  key: LimitKey,
  patch: ConcurrencyLimitV2Update,
): Promise<ConcurrencyLimitRow> {
  if (Object.values(patch).includes(null)) throw integrityConflict()
  return await ctx.db.transaction(async (tx) => {
    const row = await lockLimit(tx, workspace_id, key)
    if (row === null) throw limitNotFound()
    const now = ctx.clock.now()
    const next = patched(row, patch, now)
    await updateLimit(tx, next)
    await emitChanges(ctx, tx, workspace_id, [limitChange('updated', next)], now)
    // There may be room for runs that wait.
    await notifyDue(tx)
    return next
  })
}

/** Counts are brought to this moment first, as the decay up to now was the old one. */
function patched(row: ConcurrencyLimitRow, patch: ConcurrencyLimitV2Update, now: Timestamp): ConcurrencyLimitRow {
  return {
    ...row,
    active: patch.active ?? row.active,
    name: patch.name ?? row.name,
    limit: patch.limit ?? row.limit,
    active_slots: patch.active_slots ?? activeSlotsAfterDecay(row, now),
    denied_slots: patch.denied_slots ?? deniedSlotsAfterDecay(row, now),
    slot_decay_per_second: patch.slot_decay_per_second ?? row.slot_decay_per_second,
    slots_updated: now,
    updated: now,
  }
}

export async function removeLimit(ctx: Context, workspace_id: string, key: LimitKey): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const row = await deleteLimit(tx, workspace_id, key)
    if (row === null) throw limitNotFound()
    await emitChanges(ctx, tx, workspace_id, [limitChange('deleted', row)], ctx.clock.now())
    await notifyDue(tx)
  })
}

export function limitNotFound(): Error {
  return problem(404, 'Concurrency Limit not found')
}

export function limitChange(change: Change, row: ConcurrencyLimitRow): ResourceChange {
  const { id, name, limit, active, slot_decay_per_second } = row
  return { kind: 'concurrency-limit', change, id, name, payload: { name, limit, active, slot_decay_per_second } }
}
