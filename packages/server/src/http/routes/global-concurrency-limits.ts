import {
  addSeconds,
  type ConcurrencyLimitV2,
  type GlobalConcurrencyLimitResponse,
  type MinimalConcurrencyLimitResponse,
  normalUuid,
  operations,
} from '@slipway/contract'
import type { FastifyInstance } from 'fastify'
import type { EdgeContext } from '../../context.ts'
import { activeSlotsAfterDecay } from '../../domain/limits/decay.ts'
import { problem } from '../../errors.ts'
import { acquireSlots, giveBackSlots } from '../../operations/acquire-slots.ts'
import { changeLimit, createLimit, limitNotFound, removeLimit } from '../../operations/edit-concurrency-limits.ts'
import { releaseLease } from '../../operations/release-leases.ts'
import { renewLeaseOf } from '../../store/concurrency-leases.ts'
import { findLimit, type LimitKey, listLimits } from '../../store/concurrency-limits.ts'
import type { ConcurrencyLimitRow } from '../../store/rows.ts'
import { mount } from '../mount.ts'

export function mountGlobalConcurrencyLimitRoutes(app: FastifyInstance, ctx: EdgeContext): void {
  mount(app, operations.createConcurrencyLimitV2, async ({ body, workspace_id }) =>
    createdResponse(await createLimit(ctx, workspace_id, body)),
  )
  mount(app, operations.readConcurrencyLimitV2, async ({ params, workspace_id }) => {
    const row = await findLimit(ctx.db, workspace_id, await keyOf(ctx, workspace_id, params.id_or_name))
    if (row === null) throw limitNotFound()
    return limitResponse(row, ctx.clock.now())
  })
  mount(app, operations.readAllConcurrencyLimitsV2, async ({ body, workspace_id }) => {
    const { limit, offset } = body
    const now = ctx.clock.now()
    const rows = await listLimits(ctx.db, workspace_id, { prefix: '', limit, offset })
    return rows.map((row) => limitResponse(row, now))
  })
  mount(app, operations.updateConcurrencyLimitV2, async ({ params, body, workspace_id }) => {
    await changeLimit(ctx, workspace_id, await keyOf(ctx, workspace_id, params.id_or_name), body)
  })
  mount(app, operations.deleteConcurrencyLimitV2, async ({ params, workspace_id }) => {
    await removeLimit(ctx, workspace_id, await keyOf(ctx, workspace_id, params.id_or_name))
  })
  mount(app, operations.bulkIncrementActiveSlots, async ({ body, workspace_id }) => {
    const { names, slots, mode } = body
    return minimal((await acquireSlots(ctx, workspace_id, { names, slots, mode, lease: null })).limits)
  })
  mount(app, operations.bulkIncrementActiveSlotsWithLease, async ({ body, workspace_id }) => {
    const { names, slots, mode, lease_duration, holder = null } = body
    const lease = { seconds: lease_duration, holder }
    const { lease_id, limits } = await acquireSlots(ctx, workspace_id, { names, slots, mode, lease })
    return { lease_id, limits: minimal(limits) }
  })
  mount(app, operations.bulkDecrementActiveSlots, async ({ body, workspace_id }) => {
    const { names, slots, occupancy_seconds = null } = body
    return minimal(await giveBackSlots(ctx, workspace_id, { names, slots, occupancy_seconds }))
  })
  mount(app, operations.bulkDecrementActiveSlotsWithLease, ({ body, workspace_id }) =>
    releaseLease(ctx, workspace_id, body.lease_id),
  )
  mount(app, operations.renewConcurrencyLease, async ({ params, body, workspace_id }) => {
    const now = ctx.clock.now()
    const expires = addSeconds(now, body.lease_duration)
    const lease_id = normalUuid(params.lease_id) ?? params.lease_id
    if (!(await renewLeaseOf(ctx.db, workspace_id, lease_id, { expires, now }))) {
      throw problem(410, 'Lease not found - it may have expired or been revoked')
    }
  })
}

/** An id when there is a limit with it: a name may look like one. */
async function keyOf({ db }: EdgeContext, workspace_id: string, id_or_name: string): Promise<LimitKey> {
  const id = normalUuid(id_or_name)
  if (id !== null && (await findLimit(db, workspace_id, { id })) !== null) return { id }
  return { name: id_or_name }
}

function limitResponse(row: ConcurrencyLimitRow, now: string): GlobalConcurrencyLimitResponse {
  const { id, created, updated, active, name, limit, slot_decay_per_second } = row
  // A slot that has decayed in part is still in use.
  const active_slots = Math.ceil(activeSlotsAfterDecay(row, now))
  return { id, created, updated, active, name, limit, active_slots, slot_decay_per_second }
}

function createdResponse(row: ConcurrencyLimitRow): ConcurrencyLimitV2 {
  const { denied_slots, avg_slot_occupancy_seconds } = row
  return { ...limitResponse(row, row.slots_updated), denied_slots, avg_slot_occupancy_seconds }
}

function minimal(rows: readonly ConcurrencyLimitRow[]): MinimalConcurrencyLimitResponse[] {
  return rows.map(({ id, name, limit }) => ({ id, name, limit }))
}
