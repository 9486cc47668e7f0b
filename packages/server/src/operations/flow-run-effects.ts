import { addSeconds, type Timestamp } from '@slipway/contract'
import type { Context } from '../context.ts'
import type { Effect, FlowRunDecision } from '../domain/orchestration/verdict.ts'
import type { Transaction } from '../store/database.ts'
import { addActiveSlots, deleteLeases, insertLeases, type NewLease, renewLease } from '../store/deployment-slots.ts'
import type { LockedFlowRunRow } from '../store/flow-runs.ts'
import { markSubmissionStarted } from '../store/submissions.ts'
import { proposeTaskRunState } from './task-run-transitions.ts'

/** A lease that nobody can renew and that must not expire. */
const NEVER = '9999-12-31T00:00:00.000000Z'

interface Decided {
  readonly row: LockedFlowRunRow
  readonly decision: FlowRunDecision
}

/** The writes that accompany decisions, in their transaction. */
export async function applyFlowRunEffects(
  ctx: Context,
  tx: Transaction,
  decided: readonly Decided[],
  now: Timestamp,
): Promise<void> {
  const leases: NewLease[] = []
  const slots: { limit_id: string; slots: number }[] = []
  for (const { row, decision } of decided) {
    for (const effect of decision.effects) await applyEffect(ctx, tx, { row, now, leases, slots }, effect)
  }
  await insertLeases(tx, leases)
  await addActiveSlots(tx, slots, now)
}

interface Collected {
  readonly row: LockedFlowRunRow
  readonly now: Timestamp
  readonly leases: NewLease[]
  readonly slots: { limit_id: string; slots: number }[]
}

async function applyEffect(ctx: Context, tx: Transaction, collected: Collected, effect: Effect): Promise<void> {
  const { row, now } = collected
  switch (effect.kind) {
    case 'acquire-deployment-slot':
      collected.slots.push({ limit_id: effect.limit_id, slots: 1 })
      collected.leases.push({
        id: effect.lease_id,
        workspace_id: row.workspace_id,
        created: now,
        expires: addSeconds(now, effect.lease_seconds),
        slots: 1,
        limit_ids: [effect.limit_id],
        holder_type: 'flow_run',
        holder_id: effect.flow_run_id,
      })
      return
    case 'renew-lease':
      await renewLease(tx, effect.lease_id, addSeconds(now, effect.lease_seconds), now)
      return
    case 'pin-lease':
      await renewLease(tx, effect.lease_id, NEVER, now)
      return
    case 'release-deployment-slot': {
      const gone = await deleteLeases(tx, { id: effect.lease_id, holder_id: effect.flow_run_id })
      for (const lease of gone) {
        for (const limit_id of lease.limit_ids) collected.slots.push({ limit_id, slots: -lease.slots })
      }
      if (gone.length === 0 && effect.lease_id === null && effect.limit_id !== null) {
        collected.slots.push({ limit_id: effect.limit_id, slots: -1 })
      }
      return
    }
    case 'mark-submission-started':
      await markSubmissionStarted(tx, effect, now)
      return
    case 'mirror-to-parent-task-run':
      await proposeTaskRunState(
        ctx,
        tx,
        { workspace_id: row.workspace_id, task_run_id: effect.task_run_id, proposed: effect.proposed, force: true },
        now,
      )
      return
    case 'acquire-tag-slots':
    case 'release-tag-slots':
    case 'insert-cache':
    case 'enqueue-background-task':
      throw new Error(`A flow run has no effect ${effect.kind}`)
  }
}
