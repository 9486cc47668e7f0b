import { addSeconds, type Timestamp } from '@slipway/contract'
import type { Context } from '../context.ts'
import { proposeState } from '../domain/orchestration/proposal.ts'
import { findSilence, type Silence } from '../domain/silence.ts'
import { listWatchedRuns, lockUnchangedRuns } from '../store/silent-runs.ts'
import { serverCaller } from './callers.ts'
import { proposeFlowRunStates } from './flow-run-transitions.ts'

export const FIRST_ID = '00000000-0000-0000-0000-000000000000'
/** What a cloud said is believed for as long as it may be asked again a few times. */
const BELIEVED_INTERVALS = 10
const LEAST_BELIEVED_SECONDS = 300

export interface SilencePage {
  readonly watching_since: Timestamp
  /** Where the page before ended; at first `FIRST_ID`. */
  readonly after_id: string
  readonly limit: number
}

/**
 * Ends runs that promised heartbeats and send none any more. Null as `next`: all have been looked at. Tells how many were
 * ended.
 */
export async function crashSilentRuns(
  ctx: Context,
  { watching_since, after_id, limit }: SilencePage,
): Promise<{ readonly crashed: number; readonly next: string | null }> {
  const { heartbeat_timeout_seconds: timeout_seconds, observe_interval_seconds } = ctx.config
  return await ctx.db.transaction(async (tx) => {
    const now = ctx.clock.now()
    const believed = Math.max(LEAST_BELIEVED_SECONDS, BELIEVED_INTERVALS * observe_interval_seconds)
    const runs = await listWatchedRuns(tx, {
      running_before: addSeconds(now, -timeout_seconds),
      observed_after: addSeconds(now, -believed),
      after_id,
      limit,
    })
    const silent = runs.flatMap(({ heartbeats, ...run }) => {
      const others = [run.state_timestamp, run.last_log, run.last_task].filter((moment) => moment !== null)
      const silence = findSilence({ heartbeats: heartbeats ?? [], others }, { now, watching_since, timeout_seconds })
      return silence === null ? [] : [{ ...run, silence }]
    })
    const unchanged = new Set(await lockUnchangedRuns(tx, silent))
    const proposals = silent
      .filter(({ id }) => unchanged.has(id))
      .map(({ id, workspace_id, silence }) => ({
        workspace_id,
        flow_run_id: id,
        proposed: proposeState({ type: 'CRASHED', message: wordsOf(silence) }, now),
        force: false,
        caller: serverCaller,
      }))
    await proposeFlowRunStates(ctx, tx, proposals, now)
    return { crashed: proposals.length, next: runs.length < limit ? null : (runs.at(-1)?.id ?? null) }
  })
}

function wordsOf({ since, seconds }: Silence): string {
  return `The run sent heartbeats and then nothing for ${seconds} seconds, since ${since}: its process is taken for dead.`
}
