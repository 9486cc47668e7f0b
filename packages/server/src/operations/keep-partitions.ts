import { addSeconds } from '@slipway/contract'
import type { Context } from '../context.ts'
import {
  attachPartition,
  createPartitionTable,
  type DayPartition,
  dayPartitions,
  listMissingPartitions,
  lockDefaultPartition,
  lockPartitionMaking,
  moveRowsFromDefault,
} from '../store/partitions.ts'

const DAY_SECONDS = 86_400
/** From yesterday, for clocks that differ, to a week ahead, for a server that nobody restarts. */
const FIRST_DAY = -1
const LAST_DAY = 7

/** Makes the partitions of logs and events that are missing. How many were made. */
export async function keepPartitions(ctx: Pick<Context, 'db' | 'clock'>): Promise<number> {
  const now = ctx.clock.now()
  const days = Array.from({ length: LAST_DAY - FIRST_DAY + 1 }, (_, index) => FIRST_DAY + index)
  const wanted = days.flatMap((day) => dayPartitions(addSeconds(now, day * DAY_SECONDS)))
  if ((await listMissingPartitions(ctx.db, wanted)).length === 0) return 0
  return await ctx.db.transaction(async (tx) => {
    await lockPartitionMaking(tx)
    // Another server may have made them while this one waited.
    const missing = await listMissingPartitions(tx, wanted)
    const tables = new Set(missing.map(({ table }) => table))
    for (const table of tables) await lockDefaultPartition(tx, table)
    for (const partition of missing) await makePartition(tx, partition)
    return missing.length
  })
}

async function makePartition(tx: Parameters<typeof createPartitionTable>[0], partition: DayPartition): Promise<void> {
  await createPartitionTable(tx, partition)
  await moveRowsFromDefault(tx, partition)
  await attachPartition(tx, partition)
}
