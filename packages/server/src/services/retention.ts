import { secondsBetween, type Timestamp } from '@slipway/contract'
import { deleteOldRuns, dropOldDays } from '../operations/forget-old-data.ts'
import type { Service } from './service.ts'

const RUNS_AT_A_TIME = 200
const INTERVAL_MS = 60_000
/** Days end once a day; asking the catalog more often finds nothing. */
const DAYS_EVERY_SECONDS = 600

/** Forgets what is older than it is to be kept: days of logs and events at once, runs some at a time. */
export function createRetention(): Service {
  let days_done: Timestamp | null = null
  return {
    name: 'retention',
    intervalMs: INTERVAL_MS,
    async runOnce(ctx) {
      const now = ctx.clock.now()
      let more = false
      if (days_done === null || secondsBetween(days_done, now) >= DAYS_EVERY_SECONDS) {
        const logs = await dropOldDays(ctx, 'log')
        const events = await dropOldDays(ctx, 'event')
        more = logs || events
        if (!more) days_done = now
      }
      const runs = await deleteOldRuns(ctx, RUNS_AT_A_TIME)
      return runs || more ? 'more' : 'idle'
    },
  }
}
