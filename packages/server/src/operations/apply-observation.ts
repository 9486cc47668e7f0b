import type { Context } from '../context.ts'
import { conclude, type Concluded } from '../domain/conclude.ts'
import type { ProposedState } from '../domain/orchestration/verdict.ts'
import type { Observation } from '../domain/submission.ts'
import { insertLogs } from '../store/logs.ts'
import { finishSubmission, type WatchedSubmission } from '../store/watched-submissions.ts'
import { serverCaller } from './callers.ts'
import { proposeFlowRunStates } from './flow-run-transitions.ts'

/** What follows for the run from what the cloud says; pure, so it can be asked before the container's output is fetched. */
export function concludeObservation(ctx: Context, watched: WatchedSubmission, observation: Observation): Concluded {
  return conclude({
    submission: {
      sent_at: watched.first_sent_at ?? watched.created,
      start_timeout_seconds: ctx.config.start_timeout_seconds,
      report_grace_seconds: ctx.config.report_grace_seconds,
    },
    observation,
    run: {
      state_type: watched.run_state_type,
      state_name: watched.run_state_name,
      retry_type: watched.run_retry_type,
    },
    now: ctx.clock.now(),
    first_missing_at: watched.first_missing_at,
    stop_requested: watched.stop_requested_at !== null,
  })
}

const INFO = 20

/** Stores the reason and the container's last words, and closes the attempt; the cloud's object is removed later. */
export async function applyObservation(
  ctx: Context,
  watched: WatchedSubmission,
  proposed: ProposedState | null,
  tail: readonly string[],
): Promise<void> {
  await ctx.probe('observation.before-apply', { submission_id: watched.id })
  await ctx.db.transaction(async (tx) => {
    const now = ctx.clock.now()
    if (proposed !== null) {
      await proposeFlowRunStates(
        ctx,
        tx,
        [
          {
            workspace_id: watched.workspace_id,
            flow_run_id: watched.flow_run_id,
            proposed,
            force: false,
            caller: serverCaller,
          },
        ],
        now,
      )
      const lines = tail.map((message) => ({
        id: ctx.ids.uuid7(),
        timestamp: now,
        name: 'slipway.container',
        level: INFO,
        message,
        flow_run_id: watched.flow_run_id,
        task_run_id: null,
      }))
      await insertLogs(tx, watched.workspace_id, lines, now)
    }
    await finishSubmission(tx, watched.id, 'finished', now)
  })
  await ctx.probe('observation.applied', { submission_id: watched.id })
}
