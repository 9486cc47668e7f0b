import { addSeconds } from '@slipway/contract'
import type { Context } from '../context.ts'
import type { SubmissionRow } from '../store/rows.ts'
import { SERVER_LOCK_CLASS } from '../store/server-lock.ts'
import { claimOpenSubmissions, listRunStatesOfSubmissions } from '../store/submissions.ts'
import { finishSubmission } from '../store/watched-submissions.ts'

/**
 * Attempts whose time has come again, or whose server is gone. Nobody else works on them while the lease lasts.
 * A run that went on without its attempt (ended, was put back) needs none: the attempt is void, and what it may have
 * left in the cloud is removed. One that is being cancelled is the canceller's.
 */
export async function claimOpenSubmissionsOnce(ctx: Context, limit: number): Promise<readonly SubmissionRow[]> {
  const now = ctx.clock.now()
  const lease_until = addSeconds(now, ctx.config.submission_lease_seconds)
  return await ctx.db.transaction(async (tx) => {
    const rows = await claimOpenSubmissions(
      tx,
      { owner: ctx.server_id, lock_class: SERVER_LOCK_CLASS, lease_until },
      now,
      limit,
    )
    if (rows.length === 0) return rows
    const states = new Map(
      (
        await listRunStatesOfSubmissions(
          tx,
          rows.map((row) => row.id),
        )
      ).map((each) => [each.id, each.state_type]),
    )
    const wanted: SubmissionRow[] = []
    for (const row of rows) {
      const state = states.get(row.id) ?? null
      if (state === 'PENDING' || state === 'RUNNING') wanted.push(row)
      else if (state !== 'CANCELLING') await finishSubmission(tx, row.id, 'void', now)
    }
    return wanted
  })
}
