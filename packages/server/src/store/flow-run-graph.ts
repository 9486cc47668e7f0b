import type { JsonObject, StateType, Timestamp } from '@slipway/contract'
import type { Queryable } from './database.ts'
import type { TaskRunRow } from './rows.ts'
import { sql } from './sql.ts'
import { taskRunColumns } from './task-runs.ts'

/** Task runs of one flow run, for the older graph. */
export async function listTaskRunsOfFlowRun(
  db: Queryable,
  workspace_id: string,
  flow_run_id: string,
  limit: number,
): Promise<readonly TaskRunRow[]> {
  return await db.query<TaskRunRow>(sql`
    select ${taskRunColumns}
    from task_run t
    where t.workspace_id = ${workspace_id}
      and t.flow_run_id = ${flow_run_id}
    order by t.id desc
    limit ${limit}
  `)
}

/** A task run, or in its place the subflow run that it stands for. */
export interface GraphNodeRow {
  readonly kind: 'flow-run' | 'task-run'
  readonly id: string
  readonly label: string
  readonly state_type: StateType
  readonly start_time: Timestamp
  readonly end_time: Timestamp | null
  /** Where its arguments came from; `__parents__` are the tasks inside which it ran. */
  readonly task_inputs: JsonObject
}

/** Nodes that have a time, by time. */
export async function listGraphNodes(
  db: Queryable,
  workspace_id: string,
  flow_run_id: string,
  limit: number,
): Promise<readonly GraphNodeRow[]> {
  return await db.query<GraphNodeRow>(sql`
    select n.kind, n.id, n.label, n.state_type, n.start_time, n.end_time, n.task_inputs
    from (
      select case when r.id is null then 'task-run' else 'flow-run' end as kind,
        coalesce(r.id, t.id) as id,
        coalesce(f.name || ' / ' || r.name, t.name) as label,
        coalesce(r.state_type, t.state_type) as state_type,
        coalesce(r.start_time, r.expected_start_time, t.start_time, t.expected_start_time) as start_time,
        coalesce(r.end_time, t.end_time, case when t.state_type = 'COMPLETED' then t.expected_start_time end) as end_time,
        t.task_inputs
      from task_run t
      left join flow_run r on r.parent_task_run_id = t.id and r.workspace_id = t.workspace_id
      left join flow f on f.id = r.flow_id
      where t.workspace_id = ${workspace_id}
        and t.flow_run_id = ${flow_run_id}
    ) n
    where n.start_time is not null
      and n.state_type is not null
    order by n.start_time, n.end_time, n.id
    limit ${limit}
  `)
}

export interface GraphArtifactRow {
  readonly id: string
  readonly task_run_id: string | null
  readonly created: Timestamp
  readonly key: string | null
  readonly type: string | null
  readonly is_latest: boolean
  readonly data: JsonObject | null
}

/** Artifacts of the run and its tasks, oldest first; data only of progress, which the graph shows. */
export async function listGraphArtifacts(
  db: Queryable,
  workspace_id: string,
  flow_run_id: string,
  limit: number,
): Promise<readonly GraphArtifactRow[]> {
  return await db.query<GraphArtifactRow>(sql`
    select a.id, a.task_run_id, a.created, a.key, a.type, a.key is null or c.id is not null as is_latest,
      case when a.type = 'progress' then a.data end as data
    from artifact a
    left join artifact_collection c on c.workspace_id = a.workspace_id and c.key = a.key and c.latest_id = a.id
    where a.workspace_id = ${workspace_id}
      and a.flow_run_id = ${flow_run_id}
      and a.type <> 'result'
    order by a.created, a.id
    limit ${limit}
  `)
}
