import type { JsonObject } from '@slipway/contract'
import type { Queryable } from './database.ts'
import { sql } from './sql.ts'

/** More than any sane run has. */
const MOST_STATES = 10_000

interface StateOfRun {
  readonly state: JsonObject
}

/** The history of a run, oldest first. */
export async function listFlowRunStates(
  db: Queryable,
  workspace_id: string,
  flow_run_id: string,
): Promise<readonly JsonObject[]> {
  const rows = await db.query<StateOfRun>(sql`
    select s.state
    from flow_run_state s
    where s.workspace_id = ${workspace_id}
      and s.flow_run_id = ${flow_run_id}
    order by s.timestamp, s.id
    limit ${MOST_STATES}
  `)
  return rows.map((row) => row.state)
}

export async function findFlowRunState(db: Queryable, workspace_id: string, id: string): Promise<JsonObject | null> {
  const [row] = await db.query<StateOfRun>(sql`
    select s.state
    from flow_run_state s
    where s.workspace_id = ${workspace_id}
      and s.id = ${id}
  `)
  return row?.state ?? null
}

/** The history of a task run, oldest first. */
export async function listTaskRunStates(
  db: Queryable,
  workspace_id: string,
  task_run_id: string,
): Promise<readonly JsonObject[]> {
  const rows = await db.query<StateOfRun>(sql`
    select s.state
    from task_run_state s
    where s.workspace_id = ${workspace_id}
      and s.task_run_id = ${task_run_id}
    order by s.timestamp, s.id
    limit ${MOST_STATES}
  `)
  return rows.map((row) => row.state)
}

export async function findTaskRunState(db: Queryable, workspace_id: string, id: string): Promise<JsonObject | null> {
  const [row] = await db.query<StateOfRun>(sql`
    select s.state
    from task_run_state s
    where s.workspace_id = ${workspace_id}
      and s.id = ${id}
  `)
  return row?.state ?? null
}
