import { addSeconds } from '@slipway/contract'
import type { Context } from '../context.ts'
import {
  deleteFromDefault,
  dropPartition,
  listPartitionsBefore,
  lockPartitionMaking,
  type PartitionedTable,
} from '../store/partitions.ts'
import { deleteExpiredBackgroundTasks, deleteLeftovers, listWorkspaceIds, lockExpiredRuns } from '../store/retention.ts'
import { deleteFlowRuns } from '../store/run-deletion.ts'

const ROWS_AT_A_TIME = 5_000

/** Drops the days of logs or events that are wholly older than they are kept. True: there is more. */
export async function dropOldDays(ctx: Context, table: PartitionedTable): Promise<boolean> {
  const { event_retention_seconds, log_retention_seconds } = ctx.config
  const before = addSeconds(ctx.clock.now(), -(table === 'log' ? log_retention_seconds : event_retention_seconds))
  for (const partition of await listPartitionsBefore(ctx.db, table, before)) {
    // One day a transaction: whoever waits for the table waits once.
    await ctx.db.transaction(async (tx) => {
      await lockPartitionMaking(tx)
      await dropPartition(tx, partition)
    })
  }
  return (await deleteFromDefault(ctx.db, table, before, ROWS_AT_A_TIME)) === ROWS_AT_A_TIME
}

/** Deletes runs that ended longer ago than they are kept, with all that is theirs. True: there is more. */
export async function deleteOldRuns(ctx: Context, limit: number): Promise<boolean> {
  const { run_retention_seconds } = ctx.config
  if (run_retention_seconds === null) return false
  const ended_before = addSeconds(ctx.clock.now(), -run_retention_seconds)
  let more = false
  for (const workspace_id of await listWorkspaceIds(ctx.db)) {
    const found = await ctx.db.transaction(async (tx) => {
      const ids = await lockExpiredRuns(tx, workspace_id, ended_before, limit)
      if (ids.length > 0) {
        await deleteLeftovers(tx, workspace_id, ids)
        await deleteFlowRuns(tx, workspace_id, ids)
      }
      const tasks = await deleteExpiredBackgroundTasks(tx, workspace_id, ended_before, limit)
      return Math.max(ids.length, tasks)
    })
    more ||= found === limit
  }
  return more
}
