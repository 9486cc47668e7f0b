import { keepPartitions } from '../operations/keep-partitions.ts'
import type { Service } from './service.ts'

const HOUR_MS = 3_600_000

/** Sees to it that logs and events of the coming days have a place of their own. */
export const partitionKeeper: Service = {
  name: 'partition-keeper',
  intervalMs: HOUR_MS,
  async runOnce(ctx) {
    await keepPartitions(ctx)
    return 'idle'
  },
}
