import { addSeconds, type Timestamp } from '@slipway/contract'
import type { Context } from '../context.ts'
import type { Effect, State } from '../domain/orchestration/verdict.ts'
import type { Transaction } from '../store/database.ts'
import { addActiveSlots, deleteLeases, insertLeases } from '../store/deployment-slots.ts'
import type { TaskRunRow } from '../store/rows.ts'
import { insertCachedState, notifyBackgroundTask } from '../store/task-runs.ts'
import { asJson } from './flow-run-facts.ts'

const TAG_LEASE_SECONDS = 3_600

/** A write that accompanies a decision, in its transaction. */
export async function applyTaskRunEffect(
  ctx: Context,
  tx: Transaction,
  { row, state, now }: { readonly row: TaskRunRow; readonly state: State | null; readonly now: Timestamp },
  effect: Effect,
): Promise<void> {
  switch (effect.kind) {
    case 'acquire-tag-slots':
      await addActiveSlots(
        tx,
        effect.limit_ids.map((limit_id) => ({ limit_id, slots: 1 })),
        now,
      )
      await insertLeases(tx, [
        {
          id: effect.lease_id,
          workspace_id: row.workspace_id,
          created: now,
          expires: addSeconds(now, TAG_LEASE_SECONDS),
          slots: 1,
          limit_ids: effect.limit_ids,
          holder_type: 'task_run',
          holder_id: effect.task_run_id,
        },
      ])
      return
    case 'release-tag-slots': {
      const gone = await deleteLeases(tx, { id: null, holder_id: effect.task_run_id })
      const slots = gone.flatMap((lease) => lease.limit_ids.map((limit_id) => ({ limit_id, slots: -lease.slots })))
      await addActiveSlots(tx, slots, now)
      return
    }
    case 'insert-cache':
      if (state === null) return
      await insertCachedState(tx, {
        id: ctx.ids.uuid(),
        workspace_id: row.workspace_id,
        created: now,
        cache_key: effect.cache_key,
        cache_expiration: effect.cache_expiration,
        state: asJson(state),
      })
      return
    case 'enqueue-background-task':
      // The task run's own row is the queue, the message only a hint.
      await notifyBackgroundTask(tx)
      return
    case 'acquire-deployment-slot':
    case 'renew-lease':
    case 'pin-lease':
    case 'release-deployment-slot':
    case 'mark-submission-started':
    case 'mirror-to-parent-task-run':
      throw new Error(`A task run has no effect ${effect.kind}`)
  }
}
