import { watchReadiness } from '../operations/watch-readiness.ts'
import type { Service } from './service.ts'

const BATCH = 500

/** Looks after who is there: workers, pools, queues and deployments that nobody serves are shown as not ready. */
export const foreman: Service = {
  name: 'foreman',
  intervalMs: 15_000,
  async runOnce(ctx) {
    return (await watchReadiness(ctx, BATCH)) ? 'more' : 'idle'
  },
}
