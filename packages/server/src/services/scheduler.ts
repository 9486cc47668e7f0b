import { planScheduledRuns } from '../operations/plan-scheduled-runs.ts'
import type { Service } from './service.ts'

/** Schedules in one transaction; each makes a hundred runs at the most. */
const BATCH = 20
/** What a lost notification costs at most. */
const SWEEP_MS = 5_000

/** Makes the coming runs of schedules: woken by whoever changes one, else when their time ahead gets short. */
export const scheduler: Service = {
  name: 'scheduler',
  intervalMs: SWEEP_MS,
  async runOnce(ctx) {
    const { schedules } = await planScheduledRuns(ctx, BATCH)
    return schedules === BATCH ? 'more' : 'idle'
  },
}
