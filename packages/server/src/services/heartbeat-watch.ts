import { secondsBetween, type Timestamp } from '@slipway/contract'
import { crashSilentRuns, FIRST_ID } from '../operations/crash-silent-runs.ts'
import type { Service } from './service.ts'

const BATCH = 500
const INTERVAL_MS = 30_000
/** A longer break between two passes: this server, its database or the whole machine slept, and heartbeats got lost. */
const LONGEST_BREAK_SECONDS = 120

/** Ends runs whose process died without a word. What happened while nobody listened is held against no run. */
export function createHeartbeatWatch(): Service {
  let watching_since: Timestamp | null = null
  let last_pass: Timestamp | null = null
  let after_id = FIRST_ID
  return {
    name: 'heartbeat-watch',
    intervalMs: INTERVAL_MS,
    async runOnce(ctx) {
      const now = ctx.clock.now()
      if (watching_since === null || last_pass === null || secondsBetween(last_pass, now) > LONGEST_BREAK_SECONDS) {
        watching_since = now
      }
      const { next } = await crashSilentRuns(ctx, { watching_since, after_id, limit: BATCH })
      last_pass = now
      after_id = next ?? FIRST_ID
      return next === null ? 'idle' : 'more'
    },
  }
}
