import type { Context } from '../context.ts'
import { listExpiredLeases } from '../store/concurrency-leases.ts'
import { endLeases } from './release-leases.ts'

/** Ends leases that nobody renewed: their slots are free again. Returns how many. */
export async function expireLeases(ctx: Context, limit: number): Promise<number> {
  return await ctx.db.transaction(async (tx) => {
    const now = ctx.clock.now()
    return await endLeases(tx, await listExpiredLeases(tx, now, limit), { now, expired_by: now })
  })
}
