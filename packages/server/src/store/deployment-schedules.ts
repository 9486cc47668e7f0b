import type { Timestamp } from '@slipway/contract'
import type { Queryable, Transaction } from './database.ts'
import type { DeploymentScheduleRow } from './rows.ts'
import { json, sql } from './sql.ts'

/** Every column of a schedule, from the alias `s`. */
const scheduleColumns = sql`
  s.id, s.workspace_id, s.created, s.updated, s.deployment_id, s.position, s.schedule, s.active, s.max_scheduled_runs,
  s.parameters, s.slug, s.plan_after`

/** Newest first within each deployment. */
export async function listSchedules(
  db: Queryable,
  workspace_id: string,
  deployment_ids: readonly string[],
): Promise<readonly DeploymentScheduleRow[]> {
  if (deployment_ids.length === 0) return []
  return await db.query<DeploymentScheduleRow>(sql`
    select ${scheduleColumns}
    from deployment_schedule s
    where s.workspace_id = ${workspace_id}
      and s.deployment_id = any(${deployment_ids}::uuid[])
    order by s.deployment_id, s.created desc, s.position desc, s.id
    limit 20000
  `)
}

export type NewSchedule = Omit<DeploymentScheduleRow, 'updated' | 'plan_after'>

/** They are planned at once, as soon as the scheduler looks. */
export async function insertSchedules(tx: Transaction, schedules: readonly NewSchedule[]): Promise<void> {
  if (schedules.length === 0) return
  await tx.query(sql`
    insert into deployment_schedule (id, workspace_id, created, updated, deployment_id, position, schedule, active,
      max_scheduled_runs, parameters, slug)
    select x.id, x.workspace_id, x.created, x.created, x.deployment_id, x.position, x.schedule, x.active,
      x.max_scheduled_runs, x.parameters, x.slug
    from json_to_recordset(${JSON.stringify(schedules)}::json) as x(
      id uuid, workspace_id uuid, created timestamptz, deployment_id uuid, position integer, schedule json,
      active boolean, max_scheduled_runs integer, parameters json, slug text)
  `)
}

/** Writes what a caller may change; the lock of the deployment is held. */
export async function updateSchedule(tx: Transaction, row: DeploymentScheduleRow, now: Timestamp): Promise<void> {
  await tx.query(sql`
    update deployment_schedule
    set schedule = ${json(row.schedule)},
      active = ${row.active},
      max_scheduled_runs = ${row.max_scheduled_runs},
      parameters = ${json(row.parameters)},
      slug = ${row.slug},
      plan_after = null,
      updated = ${now}
    where id = ${row.id}
      and deployment_id = ${row.deployment_id}
  `)
}

/** Slugs are unique at every moment, so those that are about to change places are given up first. */
export async function clearSlugs(tx: Transaction, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await tx.query(sql`
    update deployment_schedule
    set slug = null
    where id = any(${ids}::uuid[])
  `)
}

/** Null: all of the deployment. */
export async function deleteSchedules(
  tx: Transaction,
  deployment_id: string,
  id: string | null,
): Promise<readonly string[]> {
  const rows = await tx.query<{ id: string }>(sql`
    delete from deployment_schedule
    where deployment_id = ${deployment_id}
      and (${id}::uuid is null or id = ${id}::uuid)
    returning id
  `)
  return rows.map((row) => row.id)
}

/** The scheduler looks at them again, and is woken when the transaction commits. */
export async function planAgain(tx: Transaction, deployment_id: string): Promise<void> {
  await tx.query<{ told: boolean }>(sql`
    with changed as (
      update deployment_schedule
      set plan_after = null
      where deployment_id = ${deployment_id}
        and plan_after is not null
    )
    select pg_notify('slipway_schedule', '') is null as told
  `)
}

/**
 * Deletes runs of a deployment that never began and that nothing holds: all of them, or only those that its schedules
 * made for the future. A run that is being claimed is waited for, and is no longer among them then.
 */
export async function deleteScheduledRuns(
  tx: Transaction,
  deployment_id: string,
  options: { readonly planned_after: Timestamp | null },
): Promise<void> {
  await tx.query(sql`
    with doomed as materialized (
      select r.id
      from flow_run r
      where r.deployment_id = ${deployment_id}
        and r.state_type = 'SCHEDULED'
        and r.state_name <> 'AwaitingConcurrencySlot'
        and r.run_count = 0
        and (
          ${options.planned_after}::timestamptz is null
          or (r.auto_scheduled and r.next_scheduled_start_time > ${options.planned_after}::timestamptz)
        )
      order by r.id
      for update
    ), runs as (
      delete from flow_run r using doomed where r.id = doomed.id
    )
    delete from flow_run_state s
    using doomed
    where s.flow_run_id = doomed.id
  `)
}
