import { addSeconds } from '@slipway/contract'
import type { EdgeContext } from '../context.ts'
import { cancelUnstartedRun } from '../operations/cancel-unstarted-run.ts'
import { listSubmissionsToStop, markStopRequested, type WatchedSubmission } from '../store/watched-submissions.ts'
import { prepareCall } from './provider-calls.ts'
import type { Service } from './service.ts'

const BATCH = 100
const ASK_AGAIN_SECONDS = 30
const SWEEP_MS = 5_000

/**
 * Ends the infrastructure of runs that are being cancelled: at once when the container never reported, else when it
 * did not stop by itself in time. A run is shown as Cancelled only when the cloud has taken the stop.
 */
export const canceller: Service = {
  name: 'canceller',
  intervalMs: SWEEP_MS,
  async runOnce(ctx) {
    const now = ctx.clock.now()
    const overdue = addSeconds(now, -ctx.config.cancelling_timeout_seconds)
    const found = await listSubmissionsToStop(ctx.db, overdue, addSeconds(now, -ASK_AGAIN_SECONDS), BATCH)
    for (const watched of found) await stopOne(ctx, watched)
    return found.length === BATCH ? 'more' : 'idle'
  },
}

async function stopOne(ctx: EdgeContext, watched: WatchedSubmission): Promise<void> {
  await markStopRequested(ctx.db, watched.id, ctx.clock.now())
  if (watched.first_sent_at === null) {
    await cancelUnstartedRun(ctx, watched)
    return
  }
  const prepared = await prepareCall(ctx, watched)
  if (prepared === null) {
    await cancelUnstartedRun(ctx, watched)
    return
  }
  const outcome = await prepared.provider.stop(prepared.call, prepared.request)
  if (outcome.kind === 'failed') {
    ctx.log.warn(
      { fault: outcome.fault, submission_id: watched.id },
      'An execution could not be stopped; it is tried again',
    )
    return
  }
  await cancelUnstartedRun(ctx, watched)
}
