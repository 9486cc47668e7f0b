import { expirePauses } from '../operations/expire-pauses.ts'
import type { Service } from './service.ts'

const BATCH = 200

/** Fails paused runs that were not resumed in time. */
export const pauseExpiry: Service = {
  name: 'pause-expiry',
  intervalMs: 5_000,
  async runOnce(ctx) {
    return (await expirePauses(ctx, BATCH)) === BATCH ? 'more' : 'idle'
  },
}
