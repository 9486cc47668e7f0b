import type { JsonObject, Timestamp } from '@slipway/contract'
import type { Context } from '../context.ts'
import { flowRunLabels } from '../domain/labels.ts'
import { randomName } from '../domain/names.ts'
import { NO_POLICY } from '../domain/orchestration/empirical-policy.ts'
import { proposeState } from '../domain/orchestration/proposal.ts'
import { occurrenceLabel } from '../domain/schedules/next-occurrences.ts'
import { type Schedule, scheduleClass } from '../domain/schedules/schedule.ts'
import type { Transaction } from '../store/database.ts'
import type { PlannedSchedule } from '../store/schedule-plans.ts'
import { listExistingKeys } from '../store/schedule-plans.ts'
import { serverCaller } from './callers.ts'
import { createFlowRuns, type FlowRunDraft } from './create-flow-run.ts'
import { asObject } from './create-deployment.ts'
import { asJson } from './flow-run-facts.ts'

export interface PlannedDates {
  readonly planned: PlannedSchedule
  readonly dates: readonly Timestamp[]
}

/**
 * Makes the runs that are not there yet. The key names deployment, schedule and date, so that nothing is made twice,
 * whoever plans: another server, a request, or this one after a crash.
 */
export async function createScheduledRuns(
  ctx: Context,
  tx: Transaction,
  plans: readonly PlannedDates[],
  now: Timestamp,
): Promise<number> {
  const drafts = plans.flatMap(({ planned, dates }) => dates.map((date) => draftOf(ctx, planned, date, now)))
  const keys = drafts.map(({ run }) => ({ flow_id: run.flow_id, idempotency_key: run.idempotency_key ?? '' }))
  const existing = new Set((await listExistingKeys(tx, keys)).map((key) => `${key.flow_id} ${key.idempotency_key}`))
  const missing = drafts.filter(({ run }) => !existing.has(`${run.flow_id} ${run.idempotency_key ?? ''}`))
  const created = missing.length === 0 ? [] : await createFlowRuns(ctx, tx, missing, serverCaller, now)
  return created.filter((each) => each.kind === 'created').length
}

/** The schedule of a row; the contract validated it when it was written. */
export function scheduleOf({ schedule }: { readonly schedule: unknown }): Schedule {
  return schedule as Schedule
}

function draftOf(ctx: Context, planned: PlannedSchedule, date: Timestamp, now: Timestamp): FlowRunDraft {
  const { deployment_id, flow_id, schedule_id, slug, workspace_id } = planned
  const schedule = scheduleOf(planned)
  const label = occurrenceLabel(date, schedule.timezone)
  const parameters: JsonObject = { ...asObject(planned.deployment_parameters), ...asObject(planned.parameters) }
  const labels = flowRunLabels({ flow_id, deployment_id, inherited: asObject(planned.labels), given: null })
  return {
    run: {
      id: ctx.ids.uuid7(),
      workspace_id,
      name: randomName(() => ctx.random.fraction()),
      flow_id,
      deployment_id,
      deployment_version: planned.version,
      work_queue_id: planned.work_queue_id,
      work_queue_name: planned.work_queue_name,
      flow_version: null,
      parameters,
      context: {},
      empirical_policy: asJson(NO_POLICY),
      tags: ['auto-scheduled', ...planned.tags],
      labels,
      idempotency_key: `scheduled ${deployment_id} ${schedule_id} ${label}`,
      parent_task_run_id: null,
      auto_scheduled: true,
      infrastructure_document_id: planned.infrastructure_document_id,
      created_by: { id: schedule_id, type: 'SCHEDULE', display_value: slug ?? scheduleClass(schedule) },
      job_variables: {},
    },
    state: proposeState(
      { type: 'SCHEDULED', message: 'Flow run scheduled', state_details: { scheduled_time: date } },
      now,
    ),
  }
}
