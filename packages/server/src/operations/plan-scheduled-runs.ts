import { addSeconds, type Timestamp } from '@slipway/contract'
import type { Context } from '../context.ts'
import { lookAgainAt, NEVER } from '../domain/schedules/look-again.ts'
import { type Horizon, scheduledDates } from '../domain/schedules/plan.ts'
import { lockSchedulesToPlan, type PlannedSchedule, updatePlanAfter } from '../store/schedule-plans.ts'
import { createScheduledRuns, scheduleOf } from './scheduled-drafts.ts'

/** A schedule that cannot be planned must not stop all others; it is looked at again after so long. */
const BROKEN_FOR_SECONDS = 3_600

/**
 * One transaction: some schedules that are due for a look get their coming runs, from now on and never in the past,
 * whatever happened meanwhile. Any number of servers may do this at once.
 */
export async function planScheduledRuns(
  ctx: Context,
  limit: number,
): Promise<{ readonly schedules: number; readonly created: number }> {
  const result = await ctx.db.transaction(async (tx) => {
    const now = ctx.clock.now()
    const locked = await lockSchedulesToPlan(tx, now, limit)
    const plans = locked.map((planned) => planOne(ctx, planned, now))
    const created = await createScheduledRuns(ctx, tx, plans, now)
    await updatePlanAfter(
      tx,
      plans.map(({ planned, plan_after }) => ({ schedule_id: planned.schedule_id, plan_after })),
    )
    return { schedules: locked.length, created }
  })
  await ctx.probe('scheduler.planned', result)
  return result
}

interface Plan {
  readonly planned: PlannedSchedule
  readonly dates: readonly Timestamp[]
  readonly plan_after: Timestamp
}

function planOne(ctx: Context, planned: PlannedSchedule, now: Timestamp): Plan {
  if (planned.paused) return { planned, dates: [], plan_after: NEVER }
  const horizon = horizonOf(ctx, planned.max_scheduled_runs)
  const end = addSeconds(now, horizon.max_seconds)
  try {
    const dates = scheduledDates({ schedule: scheduleOf(planned), start: now, end, horizon })
    const patience_seconds = ctx.config.scheduler_interval_seconds
    return { planned, dates, plan_after: lookAgainAt({ dates, now, horizon, patience_seconds }) }
  } catch (error) {
    const { schedule_id, deployment_id } = planned
    ctx.log.error({ err: error, schedule_id, deployment_id }, 'A schedule cannot be planned; it is tried again later')
    return { planned, dates: [], plan_after: addSeconds(now, BROKEN_FOR_SECONDS) }
  }
}

/** A schedule may ask for fewer runs ahead than the server makes. */
export function horizonOf({ config }: Pick<Context, 'config'>, max_scheduled_runs: number | null): Horizon {
  const max_runs = Math.min(config.scheduler_max_runs, max_scheduled_runs ?? Infinity)
  return {
    max_runs,
    min_runs: Math.min(config.scheduler_min_runs, max_runs),
    min_seconds: config.scheduler_min_scheduled_seconds,
    max_seconds: config.scheduler_max_scheduled_seconds,
  }
}
