import type { Timestamp } from '@slipway/contract'
import type { Context } from '../context.ts'
import { isOccupying } from '../domain/orchestration/verdict.ts'
import type { Transaction } from '../store/database.ts'
import { addActiveSlots, deleteLeases } from '../store/deployment-slots.ts'
import { lockFlowRuns } from '../store/flow-runs.ts'
import { deleteFlowRuns, lockRunsOfFlow } from '../store/run-deletion.ts'
import { stateOf } from './flow-run-facts.ts'

/** Each transaction stays short: other writers wait for at most so many runs. */
const RUNS_AT_A_TIME = 500

/** Runs with everything that is theirs; slots that they hold are free again. Tells which runs there were. */
export async function removeFlowRuns(
  ctx: Context,
  workspace_id: string,
  ids: readonly string[],
): Promise<readonly string[]> {
  if (ids.length === 0) return []
  return await ctx.db.transaction(async (tx) => {
    await releaseSlots(tx, workspace_id, ids, ctx.clock.now())
    return await deleteFlowRuns(tx, workspace_id, ids)
  })
}

/** All runs of a flow, some at a time. */
export async function deleteRunsOfFlow(ctx: Context, workspace_id: string, flow_id: string): Promise<void> {
  let left = true
  while (left) {
    left = await ctx.db.transaction(async (tx) => {
      const ids = await lockRunsOfFlow(tx, workspace_id, flow_id, RUNS_AT_A_TIME)
      await releaseSlots(tx, workspace_id, ids, ctx.clock.now())
      await deleteFlowRuns(tx, workspace_id, ids)
      return ids.length === RUNS_AT_A_TIME
    })
  }
}

async function releaseSlots(
  tx: Transaction,
  workspace_id: string,
  ids: readonly string[],
  now: Timestamp,
): Promise<void> {
  const runs = await lockFlowRuns(tx, ids)
  const slots: { limit_id: string; slots: number }[] = []
  for (const run of runs) {
    const state = stateOf(run)
    if (run.workspace_id !== workspace_id || !isOccupying(state?.type ?? null) || run.concurrency_limit_id === null)
      continue
    const lease_id = state?.state_details.deployment_concurrency_lease_id ?? null
    const gone = await deleteLeases(tx, { id: lease_id, holder_id: run.id })
    for (const lease of gone) slots.push(...lease.limit_ids.map((limit_id) => ({ limit_id, slots: -lease.slots })))
    if (gone.length === 0 && lease_id === null) slots.push({ limit_id: run.concurrency_limit_id, slots: -1 })
  }
  await addActiveSlots(tx, slots, now)
}
