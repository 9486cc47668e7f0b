import type { BodyOf, operations } from '@slipway/contract'
import type { Context } from '../context.ts'
import { poolStatus } from '../domain/readiness.ts'
import { problem, type SlipwayError } from '../errors.ts'
import { changedFields } from '../events/changed-fields.ts'
import type { StateEvent } from '../events/flow-run-state-event.ts'
import { statusHappening, workPoolEvent } from '../events/work-pool-events.ts'
import type { Transaction } from '../store/database.ts'
import { appendEvents, notifyDue } from '../store/events.ts'
import type { WorkPoolRow } from '../store/rows.ts'
import { hasOnlineWorker } from '../store/workers.ts'
import { deleteWorkPool, lockWorkPool, updateWorkPool } from '../store/work-pools.ts'
import { isReservedPoolName } from './create-work-pool.ts'
import { checkChangedTemplate } from './template-blocks.ts'

type Change = BodyOf<typeof operations.updateWorkPool>

const TOLD = ['description', 'base_job_template', 'concurrency_limit', 'storage_configuration'] as const
const RESERVED_FIELDS = new Set(['is_paused', 'concurrency_limit'])

export function workPoolNotFound(name: string): SlipwayError {
  return problem(404, `Work pool "${name}" not found.`)
}

export async function changeWorkPool(ctx: Context, workspace_id: string, name: string, change: Change): Promise<void> {
  if (isReservedPoolName(name) && Object.keys(change).some((field) => !RESERVED_FIELDS.has(field))) {
    throw problem(
      403,
      "Work pools starting with 'Prefect' are reserved for internal use: they can be paused or limited, and no more.",
    )
  }
  await ctx.db.transaction(async (tx) => {
    const pool = await lockWorkPool(tx, workspace_id, name)
    if (pool === null) throw workPoolNotFound(name)
    await applyPoolChange(ctx, tx, pool, change)
  })
}

export async function removeWorkPool(ctx: Context, workspace_id: string, name: string): Promise<void> {
  if (isReservedPoolName(name)) {
    throw problem(403, "Work pools starting with 'Prefect' are reserved for internal use and cannot be deleted.")
  }
  await ctx.db.transaction(async (tx) => {
    const pool = await lockWorkPool(tx, workspace_id, name)
    if (pool === null) throw workPoolNotFound(name)
    await deleteWorkPool(tx, workspace_id, pool.id)
    const now = ctx.clock.now()
    await appendEvents(tx, workspace_id, [workPoolEvent(pool, 'deleted', { event_id: ctx.ids.uuid7(), now })], now)
  })
}

/** The pool is locked. A null where nothing can be nothing leaves the field as it is. */
export async function applyPoolChange(ctx: Context, tx: Transaction, pool: WorkPoolRow, change: Change): Promise<void> {
  const now = ctx.clock.now()
  const template = change.base_job_template ?? null
  const is_paused = change.is_paused ?? null
  // What the cloud said was about the pool as it was; its next call tells about the new one.
  const isRenewed = template !== null || is_paused !== null
  if (template !== null) await checkChangedTemplate(ctx, tx, { ...pool, base_job_template: template })
  const changed: WorkPoolRow = {
    ...pool,
    base_job_template: template ?? pool.base_job_template,
    is_paused: is_paused ?? pool.is_paused,
    description: change.description === undefined ? pool.description : change.description,
    concurrency_limit: change.concurrency_limit === undefined ? pool.concurrency_limit : change.concurrency_limit,
    storage_configuration:
      change.storage_configuration === undefined ? pool.storage_configuration : (change.storage_configuration ?? {}),
    provider_status: isRenewed ? null : pool.provider_status,
  }
  const status = isRenewed || pool.is_push !== true ? await statusOf(tx, changed) : pool.status
  const isStatusNew = status !== pool.status
  await updateWorkPool(tx, { ...changed, status, last_status_change: isStatusNew ? now : pool.last_status_change }, now)
  const payload = changedFields(pool, changed, TOLD)
  const fresh = () => ({ event_id: ctx.ids.uuid7(), now })
  const events: StateEvent[] = []
  if (payload !== null) events.push(workPoolEvent(changed, 'updated', fresh(), payload))
  if (isStatusNew) events.push(workPoolEvent(changed, statusHappening(status), fresh()))
  await appendEvents(tx, pool.workspace_id, events, now)
  if (pool.is_push === true && !changed.is_paused) await notifyDue(tx)
}

async function statusOf(tx: Transaction, pool: WorkPoolRow): Promise<string> {
  // Agents are gone; their pools have no status, and none is kept.
  if (pool.type === 'prefect-agent') return pool.status
  return poolStatus({
    is_paused: pool.is_paused,
    is_push: pool.is_push === true,
    has_online_worker: pool.is_push !== true && (await hasOnlineWorker(tx, pool.id)),
  })
}
