import { markLateRuns } from '../operations/mark-late-runs.ts'
import type { Service } from './service.ts'

const BATCH = 500

/** Shows runs as Late that nobody has taken up. */
export const lateMarker: Service = {
  name: 'late-marker',
  intervalMs: 5_000,
  async runOnce(ctx) {
    return (await markLateRuns(ctx, BATCH)) === BATCH ? 'more' : 'idle'
  },
}
