import { addSeconds } from '@slipway/contract'
import type { Context } from '../context.ts'
import { markSubmissionsSent } from '../store/submissions.ts'

/**
 * Committed on its own before the first byte goes to a cloud: from here on an outcome may be unknown. Returns those
 * that are still ours to send.
 */
export async function markSubmissionSent(ctx: Context, ids: readonly string[]): Promise<ReadonlySet<string>> {
  await ctx.probe('submission.before-sent', { submission_ids: ids })
  const now = ctx.clock.now()
  const lease_until = addSeconds(now, ctx.config.submission_lease_seconds)
  const sent = new Set(await markSubmissionsSent(ctx.db, ids, ctx.server_id, lease_until, now))
  await ctx.probe('submission.sent', { submission_ids: ids })
  return sent
}
