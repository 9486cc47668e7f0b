import type { JsonObject } from '@slipway/contract'
import type { Queryable } from './database.ts'
import { sql } from './sql.ts'

/** What a run to be names. */
export interface NamedByNewFlowRun {
  readonly id: string
  readonly workspace_id: string
  readonly flow_id: string
  readonly deployment_id: string | null
  readonly work_pool_name: string | null
  readonly work_queue_name: string | null
}

/** What is found under those names; null: nothing. */
export interface NewFlowRunFacts {
  readonly id: string
  readonly flow_found: boolean
  readonly flow_labels: JsonObject | null
  readonly deployment_found: boolean
  readonly deployment_labels: JsonObject | null
  readonly work_pool_id: string | null
  /** Of this name in the pool; without a name the pool's default queue. */
  readonly work_queue_id: string | null
}

export async function listNewFlowRunFacts(
  db: Queryable,
  named: readonly NamedByNewFlowRun[],
): Promise<readonly NewFlowRunFacts[]> {
  return await db.query<NewFlowRunFacts>(sql`
    select x.id, f.id is not null as flow_found, f.labels as flow_labels, d.id is not null as deployment_found,
      d.labels as deployment_labels, p.id as work_pool_id, q.id as work_queue_id
    from json_to_recordset(${JSON.stringify(named)}::json) as x(
      id uuid, workspace_id uuid, flow_id uuid, deployment_id uuid, work_pool_name text, work_queue_name text)
    left join flow f on f.id = x.flow_id and f.workspace_id = x.workspace_id
    left join deployment d on d.id = x.deployment_id and d.workspace_id = x.workspace_id
    left join work_pool p on p.workspace_id = x.workspace_id and p.name = x.work_pool_name
    left join work_queue q on q.work_pool_id = p.id
      and case when x.work_queue_name is null then q.id = p.default_queue_id else q.name = x.work_queue_name end
    order by x.id
  `)
}
