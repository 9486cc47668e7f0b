import { addSeconds, type BodyOf, type operations } from '@slipway/contract'
import type { Context } from '../context.ts'
import { scheduledDates } from '../domain/schedules/plan.ts'
import { listActiveSchedules } from '../store/schedule-plans.ts'
import { horizonOf } from './plan-scheduled-runs.ts'
import { createScheduledRuns, scheduleOf } from './scheduled-drafts.ts'

type Body = BodyOf<typeof operations.scheduleDeployment>

/** Makes runs of a deployment for a period that the caller chooses, in the past too: a backfill. */
export async function scheduleDeployment(
  ctx: Context,
  workspace_id: string,
  deployment_id: string,
  body: Body,
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const now = ctx.clock.now()
    const horizon = horizonOf(ctx, null)
    const start = body.start_time ?? now
    const end = body.end_time ?? addSeconds(start, horizon.max_seconds)
    const max_runs = Math.min(body.max_runs ?? horizon.max_runs, ctx.config.scheduler_max_runs)
    const min_runs = body.min_runs ?? horizon.min_runs
    const min_seconds = body.min_time ?? horizon.min_seconds
    const schedules = await listActiveSchedules(tx, workspace_id, deployment_id)
    const plans = schedules.map((planned) => ({
      planned,
      dates: scheduledDates({
        schedule: scheduleOf(planned),
        start,
        end,
        horizon: { max_runs, min_runs, min_seconds },
      }),
    }))
    await createScheduledRuns(ctx, tx, plans, now)
  })
}
