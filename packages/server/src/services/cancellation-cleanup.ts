import { addSeconds, type Timestamp } from '@slipway/contract'
import { cancelChildren, endStuckCancellations } from '../operations/clean-up-cancellations.ts'
import type { Service } from './service.ts'

const BATCH = 200
const INTERVAL_MS = 20_000
/** What was cancelled within a day is looked at when a server starts and once in an hour, the last minutes every time. */
const DAY_SECONDS = 86_400
const LATELY_SECONDS = 600
const FULL_PASS_SECONDS = 3_600

/** Ends what cancelled runs have left behind, and runs whose cancellation nobody ends. */
export function createCancellationCleanup(): Service {
  let full_pass_due: Timestamp | null = null
  return {
    name: 'cancellation-cleanup',
    intervalMs: INTERVAL_MS,
    async runOnce(ctx) {
      const now = ctx.clock.now()
      const isFull = full_pass_due === null || full_pass_due <= now
      const children = await cancelChildren(ctx, addSeconds(now, isFull ? -DAY_SECONDS : -LATELY_SECONDS), BATCH)
      const stuck = await endStuckCancellations(ctx, BATCH)
      if (children >= BATCH || stuck === BATCH) return 'more'
      if (isFull) full_pass_due = addSeconds(now, FULL_PASS_SECONDS)
      return 'idle'
    },
  }
}
