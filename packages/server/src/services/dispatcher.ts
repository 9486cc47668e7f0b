import { epochMs, type Timestamp } from '@slipway/contract'
import type { EdgeContext } from '../context.ts'
import { claimDueRuns } from '../operations/claim-due-runs.ts'
import { claimOpenSubmissionsOnce } from '../operations/claim-open-submissions.ts'
import { wakeSlotWaiters } from '../operations/wake-slot-waiters.ts'
import type { Provider } from '../providers/provider.ts'
import { findNextDueTime, listDueQueues, listPushPoolTypes } from '../store/due-runs.ts'
import { findNextSubmissionTry } from '../store/submissions.ts'
import type { Service } from './service.ts'
import { type Sendable, submitAll, toSendables } from './submitter.ts'

const BATCH = 50
/** Calls to clouds at the same time; beyond it, claiming waits rather than memory grows. */
const MOST_IN_FLIGHT = 200
/** What a lost notification costs at most. */
const SWEEP_MS = 5_000
const LONGEST_TIMER_MS = 60_000

/**
 * Hands due runs to clouds: woken by the commit that made a run due or by a timer set for the next one, never by a
 * poll that a person would notice. A slow cloud holds up its own calls only; claiming goes on beside them.
 */
export function createDispatcher(wake: () => void): Service & { drain(): Promise<void> } {
  const inFlight = new Map<Promise<void>, number>()
  let cancelTimer: (() => void) | null = null

  const send = (ctx: EdgeContext, sendables: readonly Sendable[]) => {
    if (sendables.length === 0) return
    const call = submitAll(ctx, sendables)
      // The attempts stay ours until the lease ends; then any server takes them up again and looks them up first.
      .catch((error: unknown) => ctx.log.error({ err: error }, 'Submitting runs failed; they are taken up again'))
      .finally(() => {
        inFlight.delete(call)
        wake()
      })
    inFlight.set(call, sendables.length)
  }
  const busy = () => [...inFlight.values()].reduce((sum, count) => sum + count, 0)

  return {
    name: 'dispatcher',
    intervalMs: SWEEP_MS,

    async runOnce(ctx) {
      cancelTimer?.()
      cancelTimer = null
      const room = Math.min(BATCH, MOST_IN_FLIGHT - busy())
      if (room <= 0) return 'idle'
      const claim = await claimOnce(ctx, room)
      send(ctx, claim.sendables)
      const open = await claimOpenSubmissionsOnce(ctx, room)
      send(ctx, await toSendables(ctx, open))
      const woken = await wakeSlotWaiters(ctx, room)
      if (claim.more || open.length === room || woken > 0) return 'more'
      await warmUp(ctx)
      cancelTimer = ctx.timers.after(await pauseMs(ctx), wake)
      return 'idle'
    },

    async drain() {
      cancelTimer?.()
      await Promise.all(inFlight.keys())
    },
  }
}

async function claimOnce(
  ctx: EdgeContext,
  limit: number,
): Promise<{ readonly sendables: readonly Sendable[]; readonly more: boolean }> {
  const queues = await listDueQueues(ctx.db, ctx.clock.now())
  if (queues.length === 0) return { sendables: [], more: false }
  // A cloud's library is loaded before the transaction begins, not inside it.
  const providers = new Map<string, Provider | null>()
  for (const { pool_type } of queues)
    if (!providers.has(pool_type)) providers.set(pool_type, await ctx.providers.get(pool_type))
  const { claimed, more } = await claimDueRuns(ctx, {
    queues,
    limit,
    render: (input) => providers.get(input.pool_type)?.render(input) ?? null,
    apiUrlFor: (pool_type) => ctx.apiUrlFor(pool_type),
  })
  return {
    more,
    sendables: claimed.map(({ submission, planned }) => ({
      id: submission.id,
      workspace_id: submission.workspace_id,
      flow_run_id: submission.flow_run_id,
      work_pool_id: submission.work_pool_id,
      pool_type: submission.pool_type,
      request: planned.request,
      credentials: planned.credentials,
      may_exist: false,
    })),
  }
}

/** Loads the libraries of clouds that have pools while nothing is due: the first run should not wait a quarter second for it. */
async function warmUp(ctx: EdgeContext): Promise<void> {
  for (const type of await listPushPoolTypes(ctx.db)) await ctx.providers.get(type)
}

async function pauseMs(ctx: EdgeContext): Promise<number> {
  const now = ctx.clock.now()
  const times = [await findNextDueTime(ctx.db, now), await findNextSubmissionTry(ctx.db)].filter(
    (time): time is Timestamp => time !== null,
  )
  if (times.length === 0) return LONGEST_TIMER_MS
  const next = times.reduce((first, time) => (time < first ? time : first))
  return Math.min(LONGEST_TIMER_MS, Math.max(0, epochMs(next) - epochMs(now)))
}
