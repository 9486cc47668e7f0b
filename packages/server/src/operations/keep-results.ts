import type { Timestamp } from '@slipway/contract'
import type { Context } from '../context.ts'
import { isPersistedResult } from '../domain/orchestration/proposal.ts'
import type { State } from '../domain/orchestration/verdict.ts'
import { insertArtifacts } from '../store/artifacts.ts'
import type { Transaction } from '../store/database.ts'

interface StateOfRun {
  readonly workspace_id: string
  readonly flow_run_id: string | null
  readonly task_run_id: string | null
  readonly state: State
}

/** Where a state tells of a stored result, the result is found among the artifacts too; it has no key. */
export async function keepResults(
  ctx: Context,
  tx: Transaction,
  states: readonly StateOfRun[],
  now: Timestamp,
): Promise<void> {
  const results = states.filter(({ state }) => isPersistedResult(state.data))
  if (results.length === 0) return
  await insertArtifacts(
    tx,
    results.map(({ workspace_id, flow_run_id, task_run_id, state }) => ({
      id: ctx.ids.uuid(),
      workspace_id,
      created: now,
      key: null,
      type: 'result',
      description: null,
      data: state.data,
      metadata_: null,
      flow_run_id,
      task_run_id,
    })),
  )
}
