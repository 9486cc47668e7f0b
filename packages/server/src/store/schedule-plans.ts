import type { Json, Timestamp } from '@slipway/contract'
import type { Queryable, Transaction } from './database.ts'
import { sql } from './sql.ts'

/** A schedule with what its runs take over from the deployment. */
export interface PlannedSchedule {
  readonly schedule_id: string
  readonly workspace_id: string
  readonly schedule: Json
  readonly parameters: Json
  readonly slug: string | null
  readonly max_scheduled_runs: number | null
  readonly deployment_id: string
  readonly paused: boolean
  readonly flow_id: string
  readonly version: string | null
  readonly work_queue_id: string | null
  readonly work_queue_name: string | null
  readonly deployment_parameters: Json
  readonly labels: Json
  readonly tags: readonly string[]
  readonly infrastructure_document_id: string | null
}

const columns = sql`
  s.id as schedule_id, s.workspace_id, s.schedule, s.parameters, s.slug, s.max_scheduled_runs, s.deployment_id, d.paused,
  d.flow_id, d.version, d.work_queue_id, d.work_queue_name, d.parameters as deployment_parameters, d.labels, d.tags,
  d.infrastructure_document_id`

/**
 * Schedules that have to be looked at, by the index deployment_schedule_plan. Those that another server plans are
 * skipped; the deployment is held too, so that nobody changes it while runs are made from it.
 */
export async function lockSchedulesToPlan(
  tx: Transaction,
  now: Timestamp,
  limit: number,
): Promise<readonly PlannedSchedule[]> {
  return await tx.query<PlannedSchedule>(sql`
    select ${columns}
    from deployment_schedule s
    join deployment d on d.id = s.deployment_id
    where s.active
      and (s.plan_after is null or s.plan_after <= ${now})
    order by s.plan_after nulls first, s.id
    limit ${limit}
    for no key update of s skip locked
    for share of d skip locked
  `)
}

export async function listActiveSchedules(
  db: Queryable,
  workspace_id: string,
  deployment_id: string,
): Promise<readonly PlannedSchedule[]> {
  return await db.query<PlannedSchedule>(sql`
    select ${columns}
    from deployment_schedule s
    join deployment d on d.id = s.deployment_id
    where s.workspace_id = ${workspace_id}
      and s.deployment_id = ${deployment_id}
      and s.active
    order by s.created desc, s.position desc, s.id
    limit 1000
  `)
}

export async function updatePlanAfter(
  tx: Transaction,
  plans: readonly { readonly schedule_id: string; readonly plan_after: Timestamp }[],
): Promise<void> {
  if (plans.length === 0) return
  await tx.query(sql`
    update deployment_schedule s
    set plan_after = x.plan_after
    from json_to_recordset(${JSON.stringify(plans)}::json) as x(schedule_id uuid, plan_after timestamptz)
    where s.id = x.schedule_id
  `)
}

interface RunKey {
  readonly flow_id: string
  readonly idempotency_key: string
}

/** Which of these runs are there? */
export async function listExistingKeys(db: Queryable, keys: readonly RunKey[]): Promise<readonly RunKey[]> {
  if (keys.length === 0) return []
  return await db.query<RunKey>(sql`
    select r.flow_id, r.idempotency_key
    from json_to_recordset(${JSON.stringify(keys)}::json) as x(flow_id uuid, idempotency_key text)
    join flow_run r on r.flow_id = x.flow_id and r.idempotency_key = x.idempotency_key
    order by r.id
  `)
}
