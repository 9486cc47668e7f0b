import { expireLeases } from '../operations/expire-leases.ts'
import type { Service } from './service.ts'

const BATCH = 500

/** Frees the slots of whoever died without giving them back. */
export const leaseReaper: Service = {
  name: 'lease-reaper',
  intervalMs: 10_000,
  async runOnce(ctx) {
    return (await expireLeases(ctx, BATCH)) === BATCH ? 'more' : 'idle'
  },
}
