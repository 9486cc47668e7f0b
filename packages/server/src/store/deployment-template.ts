import type { JsonObject } from '@slipway/contract'
import type { Queryable } from './database.ts'
import { sql } from './sql.ts'

/** What job variables of a deployment's runs are checked against; without a pool there is nothing to check. */
export interface DeploymentTemplate {
  readonly job_variables: JsonObject
  readonly pool_type: string | null
  readonly base_job_template: JsonObject | null
}

export async function findDeploymentTemplate(
  db: Queryable,
  workspace_id: string,
  deployment_id: string,
): Promise<DeploymentTemplate | null> {
  const [row] = await db.query<DeploymentTemplate>(sql`
    select d.job_variables, p.type as pool_type, p.base_job_template
    from deployment d
    left join work_queue q on q.id = d.work_queue_id
    left join work_pool p on p.id = q.work_pool_id
    where d.workspace_id = ${workspace_id}
      and d.id = ${deployment_id}
  `)
  return row ?? null
}
