import { addSeconds, type Timestamp } from '@slipway/contract'
import type { Context } from '../context.ts'
import { decideAcquisition } from '../domain/limits/slots.ts'
import { problem } from '../errors.ts'
import { listLeasesOn } from '../store/concurrency-leases.ts'
import {
  findLimit,
  insertLimit,
  type LimitKey,
  listLimitsByName,
  lockLimit,
  lockLimitsByName,
  updateLimit,
  writeSlotCounts,
} from '../store/concurrency-limits.ts'
import type { Queryable, Transaction } from '../store/database.ts'
import { insertLeases } from '../store/deployment-slots.ts'
import type { ConcurrencyLimitRow } from '../store/rows.ts'
import { limitChange } from './edit-concurrency-limits.ts'
import { emitChanges } from './emit-change.ts'
import { endLeases } from './release-leases.ts'

// Limits of task tags as older clients know them: they are global limits with a prefix, and a slot is held by a lease
// of the task run. Newer clients take slots of the same limits through the global ones.

export const TAG_PREFIX = 'tag:'
/** Older clients never renew: the slot is held until it is given back. */
const NEVER = '9999-12-31T00:00:00.000000Z'
const RETRY_SECONDS = '10.0'

export interface TagLimit {
  readonly row: ConcurrencyLimitRow
  readonly tag: string
  /** Task runs that hold a slot. */
  readonly holders: readonly string[]
}

export async function describeTagLimits(
  db: Queryable,
  rows: readonly ConcurrencyLimitRow[],
): Promise<readonly TagLimit[]> {
  const ids = rows.map((row) => row.id)
  const leases = ids.length === 0 ? [] : await listLeasesOn(db, ids, null)
  return rows.map((row) => ({
    row,
    tag: row.name.slice(TAG_PREFIX.length),
    holders: leases.flatMap((lease) =>
      lease.limit_ids.includes(row.id) && lease.holder_type === 'task_run' ? (lease.holder_id ?? []) : [],
    ),
  }))
}

export async function getTagLimit(db: Queryable, workspace_id: string, key: LimitKey): Promise<TagLimit> {
  const row = await findLimit(db, workspace_id, key)
  const [limit] = row?.name.startsWith(TAG_PREFIX) === true ? await describeTagLimits(db, [row]) : []
  if (limit === undefined) throw tagLimitNotFound()
  return limit
}

/** Creates the limit of a tag, or gives the one that is there another size. */
export async function saveTagLimit(
  ctx: Context,
  workspace_id: string,
  { tag, concurrency_limit }: { readonly tag: string; readonly concurrency_limit: number },
): Promise<{ readonly limit: TagLimit; readonly created: boolean }> {
  return await ctx.db.transaction(async (tx) => {
    const now = ctx.clock.now()
    const name = `${TAG_PREFIX}${tag}`
    const counts = { active_slots: 0, denied_slots: 0, slot_decay_per_second: 0 }
    const fresh = { id: ctx.ids.uuid(), workspace_id, created: now, active: true, name, limit: concurrency_limit }
    const inserted = await insertLimit(tx, { ...fresh, ...counts })
    const row = inserted ?? (await resize(tx, workspace_id, name, { concurrency_limit, now }))
    await emitChanges(ctx, tx, workspace_id, [limitChange(inserted === null ? 'updated' : 'created', row)], now)
    const [limit] = await describeTagLimits(tx, [row])
    if (limit === undefined) throw tagLimitNotFound()
    return { limit, created: inserted !== null }
  })
}

async function resize(
  tx: Transaction,
  workspace_id: string,
  name: string,
  { concurrency_limit, now }: { concurrency_limit: number; now: Timestamp },
): Promise<ConcurrencyLimitRow> {
  const row = await lockLimit(tx, workspace_id, { name })
  if (row === null) throw tagLimitNotFound()
  const resized = { ...row, limit: concurrency_limit, updated: now }
  await updateLimit(tx, resized)
  return resized
}

/** One slot of every tag that has an active limit, or none. */
export async function takeTagSlots(
  ctx: Context,
  workspace_id: string,
  tags: readonly string[],
  task_run_id: string,
): Promise<readonly ConcurrencyLimitRow[]> {
  const outcome = await ctx.db.transaction(async (tx) => {
    const found = await lockLimitsByName(tx, workspace_id, tags.map(tagName))
    const limits = found.filter((limit) => limit.active)
    const now = ctx.clock.now()
    const closed = limits.find(({ limit }) => limit < 1)
    if (closed !== undefined) return { kind: 'closed', limit: closed } as const
    if (limits.length === 0) return { kind: 'taken', limits } as const
    const fraction = ctx.random.fraction()
    const decision = decideAcquisition({ limits, slots: 1, mode: 'concurrency', now, fraction })
    if (decision.kind !== 'impossible') await writeSlotCounts(tx, decision.limits, now)
    if (decision.kind !== 'acquired') {
      return { kind: 'full', limit: limits.find((row) => row.active_slots + 1 > row.limit) ?? limits[0] } as const
    }
    const limit_ids = limits.map((limit) => limit.id)
    await insertLeases(tx, [newTagLease(ctx, workspace_id, { limit_ids, task_run_id, now })])
    return { kind: 'taken', limits } as const
  })
  switch (outcome.kind) {
    case 'taken':
      return outcome.limits
    case 'closed':
      throw problem(
        423,
        `The concurrency limit on tag "${tagOf(outcome.limit)}" is 0 and will deadlock if the task tries to run again.`,
      )
    case 'full':
      throw problem(423, `Concurrency limit for the ${tagOf(outcome.limit)} tag has been reached`, {
        'retry-after': RETRY_SECONDS,
      })
  }
}

/** Those that the task run does not hold are no mistake. */
export async function giveBackTagSlots(
  ctx: Context,
  workspace_id: string,
  tags: readonly string[],
  task_run_id: string,
): Promise<readonly ConcurrencyLimitRow[]> {
  return await ctx.db.transaction(async (tx) => {
    // Not locked yet: a lease may hold slots of other limits too, and all are locked together.
    const limits = await listLimitsByName(tx, workspace_id, tags.map(tagName))
    const ids = limits.map((limit) => limit.id)
    const leases = ids.length === 0 ? [] : await listLeasesOn(tx, ids, task_run_id)
    await endLeases(tx, leases, { now: ctx.clock.now(), expired_by: null })
    return limits
  })
}

/** Frees all slots of a tag, and gives them to these task runs instead. */
export async function resetTagSlots(
  ctx: Context,
  workspace_id: string,
  tag: string,
  task_run_ids: readonly string[],
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const name = tagName(tag)
    const found = await findLimit(tx, workspace_id, { name })
    const now = ctx.clock.now()
    if (found !== null) await endLeases(tx, await listLeasesOn(tx, [found.id], null), { now, expired_by: null })
    const limit = await lockLimit(tx, workspace_id, { name })
    if (limit === null) throw tagLimitNotFound()
    await insertLeases(
      tx,
      // A microsecond apart, so that they are listed in the order given.
      task_run_ids.map((task_run_id, index) =>
        newTagLease(ctx, workspace_id, { limit_ids: [limit.id], task_run_id, now: addSeconds(now, index / 1_000_000) }),
      ),
    )
    const active_slots = Math.max(0, Math.min(task_run_ids.length, limit.limit))
    await writeSlotCounts(tx, [{ ...limit, active_slots }], now)
  })
}

function newTagLease(
  { ids }: Context,
  workspace_id: string,
  { limit_ids, task_run_id, now }: { limit_ids: readonly string[]; task_run_id: string; now: Timestamp },
) {
  return {
    id: ids.uuid(),
    workspace_id,
    created: now,
    expires: NEVER,
    slots: 1,
    limit_ids,
    holder_type: 'task_run',
    holder_id: task_run_id,
  }
}

export function tagName(tag: string): string {
  return `${TAG_PREFIX}${tag}`
}

function tagOf(row: ConcurrencyLimitRow | undefined): string {
  return row?.name.slice(TAG_PREFIX.length) ?? ''
}

function tagLimitNotFound(): Error {
  return problem(404, 'Concurrency limit not found')
}
