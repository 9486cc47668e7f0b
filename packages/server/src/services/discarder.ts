import { addSeconds } from '@slipway/contract'
import { listSubmissionsToDiscard, markSubmissionDiscarded } from '../store/watched-submissions.ts'
import { prepareCall } from './provider-calls.ts'
import type { Service } from './service.ts'

const BATCH = 20
const SLOWEST_SWEEP_MS = 30_000
const FASTEST_SWEEP_MS = 1_000

/** Removes from the cloud what is over, an hour after its reason was stored (or sooner, by setting); quotas of resident jobs are small. */
export function createDiscarder(discardAfterSeconds: number): Service {
  return {
    name: 'discarder',
    intervalMs: Math.min(SLOWEST_SWEEP_MS, Math.max(FASTEST_SWEEP_MS, discardAfterSeconds * 1_000)),
    async runOnce(ctx) {
      const finished_before = addSeconds(ctx.clock.now(), -ctx.config.discard_after_seconds)
      const rows = await listSubmissionsToDiscard(ctx.db, finished_before, BATCH)
      for (const row of rows) {
        const prepared = row.first_sent_at === null ? null : await prepareCall(ctx, row)
        if (prepared !== null && !prepared.request.keep) {
          const outcome = await prepared.provider.discard(prepared.call, prepared.request)
          if (outcome.kind === 'failed') {
            ctx.log.warn(
              { fault: outcome.fault, submission_id: row.id },
              'A finished job could not be removed from the cloud',
            )
            // Tried once a pass as long as the cloud may recover; refusals that stay do not block the others for ever.
            if (outcome.fault.class === 'retry' || outcome.fault.class === 'throttled') continue
          }
        }
        await markSubmissionDiscarded(ctx.db, row.id, ctx.clock.now())
      }
      return rows.length === BATCH ? 'more' : 'idle'
    },
  }
}
