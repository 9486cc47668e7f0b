import type { StateType, Timestamp } from '@slipway/contract'
import type { Queryable } from './database.ts'
import { andAlso } from './filters/conditions.ts'
import { type JoinedFilters, joinedTaskRunCondition } from './filters/joined.ts'
import type { TaskRunRow } from './rows.ts'
import { sql } from './sql.ts'
import { taskRunColumns } from './task-runs.ts'

interface Count {
  readonly id: string
  readonly count: number
}

export async function countDeploymentsOfFlows(
  db: Queryable,
  workspace_id: string,
  flow_ids: readonly string[],
): Promise<readonly Count[]> {
  return await db.query<Count>(sql`
    select d.flow_id as id, count(*) as count
    from deployment d
    where d.workspace_id = ${workspace_id}
      and d.flow_id = any(${flow_ids}::uuid[])
    group by d.flow_id
    order by d.flow_id
  `)
}

/** Placeholders of subflows are not counted. */
export async function countTaskRunsOfFlowRuns(
  db: Queryable,
  workspace_id: string,
  flow_run_ids: readonly string[],
): Promise<readonly Count[]> {
  return await db.query<Count>(sql`
    select t.flow_run_id as id, count(*) as count
    from task_run t
    where t.workspace_id = ${workspace_id}
      and t.flow_run_id = any(${flow_run_ids}::uuid[])
      and not exists (select from flow_run s where s.parent_task_run_id = t.id)
    group by t.flow_run_id
    order by t.flow_run_id
  `)
}

export interface NextRunRow {
  readonly id: string
  readonly flow_id: string
  readonly name: string
  readonly state_name: string
  readonly state_type: StateType
  readonly next_scheduled_start_time: Timestamp
}

/** The scheduled run of each flow that is due first. */
export async function listNextRunsOfFlows(
  db: Queryable,
  workspace_id: string,
  flow_ids: readonly string[],
): Promise<readonly NextRunRow[]> {
  return await db.query<NextRunRow>(sql`
    select r.id, r.flow_id, r.name, r.state_name, r.state_type, r.next_scheduled_start_time
    from unnest(${flow_ids}::uuid[]) as f(id)
    cross join lateral (
      select r.id, r.flow_id, r.name, r.state_name, r.state_type, r.next_scheduled_start_time
      from flow_run r
      where r.workspace_id = ${workspace_id}
        and r.flow_id = f.id
        and r.state_type = 'SCHEDULED'
        and r.next_scheduled_start_time is not null
      order by r.next_scheduled_start_time, r.id
      limit 1
    ) r
    order by r.id
  `)
}

export async function countTaskRunsByState(
  db: Queryable,
  workspace_id: string,
  filters: JoinedFilters,
): Promise<readonly { readonly state_type: string; readonly count: number }[]> {
  return await db.query(sql`
    select t.state_type, count(*) as count
    from task_run t
    where t.workspace_id = ${workspace_id}
      and t.state_type is not null${andAlso(joinedTaskRunCondition(filters))}
    group by t.state_type
    order by t.state_type
  `)
}

export interface TaskRunBuckets {
  readonly start: Timestamp
  readonly bucket_seconds: number
  readonly filters: JoinedFilters
}

/** Finished and failed task runs by the time of their start. */
export async function countTaskRunsByTime(
  db: Queryable,
  workspace_id: string,
  { start, bucket_seconds, filters }: TaskRunBuckets,
): Promise<readonly { readonly bucket: number; readonly completed: number; readonly failed: number }[]> {
  return await db.query(sql`
    select floor(extract(epoch from t.start_time - ${start}::timestamptz)::float8 / ${bucket_seconds}::float8)::integer as bucket,
      count(*) filter (where t.state_type in ('COMPLETED', 'CANCELLED')) as completed,
      count(*) filter (where t.state_type in ('FAILED', 'CRASHED')) as failed
    from task_run t
    where t.workspace_id = ${workspace_id}
      and t.start_time >= ${start}::timestamptz
      and t.state_type in ('COMPLETED', 'CANCELLED', 'FAILED', 'CRASHED')${andAlso(joinedTaskRunCondition(filters))}
    group by 1
    order by 1
  `)
}

export async function findTaskRunWithFlowRunName(
  db: Queryable,
  workspace_id: string,
  id: string,
): Promise<(TaskRunRow & { readonly flow_run_name: string | null }) | null> {
  const [row] = await db.query<TaskRunRow & { readonly flow_run_name: string | null }>(sql`
    select ${taskRunColumns}, r.name as flow_run_name
    from task_run t
    left join flow_run r on r.id = t.flow_run_id
    where t.workspace_id = ${workspace_id}
      and t.id = ${id}
  `)
  return row ?? null
}
