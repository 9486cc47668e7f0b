import type { Queryable } from './database.ts'
import { sql } from './sql.ts'

/** Deeper nesting of sub-flows is not looked at; it also ends a circle, which no client makes. */
const MOST_LEVELS = 50

/** Those of the flow runs that are `root` or a sub-flow run below it, however deep. */
export async function listRunsBelow(
  db: Queryable,
  workspace_id: string,
  root: string,
  ids: readonly string[],
): Promise<readonly string[]> {
  const rows = await db.query<{ id: string }>(sql`
    with recursive above as (
      select r.id as asked, r.id, r.parent_task_run_id, 1 as level
      from flow_run r
      where r.id = any(${ids}::uuid[])
        and r.workspace_id = ${workspace_id}
      union all
      select a.asked, p.id, p.parent_task_run_id, a.level + 1
      from above a
      join task_run t on t.id = a.parent_task_run_id
      join flow_run p on p.id = t.flow_run_id
      where a.id <> ${root}
        and a.level < ${MOST_LEVELS}
    )
    select distinct asked as id
    from above
    where id = ${root}
  `)
  return rows.map(({ id }) => id)
}

export interface Owned {
  readonly id: string
  readonly flow_run_id: string | null
}

/** To which flow run each of these task runs belongs, of those that exist. */
export async function listTaskRunOwners(
  db: Queryable,
  workspace_id: string,
  ids: readonly string[],
): Promise<readonly Owned[]> {
  return await db.query<Owned>(sql`
    select t.id, t.flow_run_id
    from task_run t
    where t.id = any(${ids}::uuid[])
      and t.workspace_id = ${workspace_id}
    order by t.id
  `)
}

export async function listArtifactOwners(
  db: Queryable,
  workspace_id: string,
  ids: readonly string[],
): Promise<readonly Owned[]> {
  return await db.query<Owned>(sql`
    select a.id, a.flow_run_id
    from artifact a
    where a.id = any(${ids}::uuid[])
      and a.workspace_id = ${workspace_id}
    order by a.id
  `)
}
