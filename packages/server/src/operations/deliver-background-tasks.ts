import { addSeconds } from '@slipway/contract'
import type { Context } from '../context.ts'
import type { TaskRunRow } from '../store/rows.ts'
import {
  claimBackgroundTask,
  deleteDelivery,
  deleteExpiredDeliveries,
  extendDelivery,
} from '../store/task-deliveries.ts'
import { notifyBackgroundTask } from '../store/task-runs.ts'

/** How long a worker may take to say that it has it. */
const ACK_SECONDS = 60
/** How long it may then take to report PENDING; a task whose worker died in between is delivered again. */
const BEGIN_SECONDS = 300
const MOST_SWEPT = 1_000

export interface TaskWorker {
  readonly workspace_id: string
  readonly task_keys: readonly string[]
}

/** The next task for this worker, which is nobody else's until it is confirmed, handed back, or its time is over. */
export async function nextBackgroundTask(ctx: Context, worker: TaskWorker): Promise<TaskRunRow | null> {
  for (;;) {
    const now = ctx.clock.now()
    const until = addSeconds(now, ACK_SECONDS)
    const task = await ctx.db.transaction((tx) => claimBackgroundTask(tx, { ...worker, now, until }))
    // Every round that is lost is one that another worker has won, so this ends.
    if (task === null || task.is_claimed) return task
  }
}

export async function confirmBackgroundTask(ctx: Context, task_run_id: string): Promise<void> {
  await extendDelivery(ctx.db, task_run_id, addSeconds(ctx.clock.now(), BEGIN_SECONDS))
}

/** The worker left without it. */
export async function handBackBackgroundTask(ctx: Context, task_run_id: string): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    await deleteDelivery(tx, task_run_id)
    await notifyBackgroundTask(tx)
  })
}

export async function forgetOldDeliveries(ctx: Context): Promise<void> {
  await deleteExpiredDeliveries(ctx.db, ctx.clock.now(), MOST_SWEPT)
}
