import type { Transaction } from './database.ts'
import { sql } from './sql.ts'

/** Locks up to `limit` runs of a flow, in id order. */
export async function lockRunsOfFlow(
  tx: Transaction,
  workspace_id: string,
  flow_id: string,
  limit: number,
): Promise<readonly string[]> {
  const rows = await tx.query<{ id: string }>(sql`
    select r.id
    from flow_run r
    where r.workspace_id = ${workspace_id}
      and r.flow_id = ${flow_id}
    order by r.id
    limit ${limit}
    for update
  `)
  return rows.map((row) => row.id)
}

/**
 * Runs with all that is theirs: states, inputs, task runs with their states, log lines, stored results. Other artifacts
 * stay. A subflow outlives its parent and forgets the placeholder there. Tells which runs there were.
 */
export async function deleteFlowRuns(
  tx: Transaction,
  workspace_id: string,
  ids: readonly string[],
): Promise<readonly string[]> {
  const rows = await tx.query<{ id: string }>(sql`
    with runs as (
      delete from flow_run r
      where r.workspace_id = ${workspace_id}
        and r.id = any(${ids}::uuid[])
      returning r.id
    ), states as (
      delete from flow_run_state s using runs where s.flow_run_id = runs.id
    ), tasks as (
      delete from task_run t using runs where t.flow_run_id = runs.id returning t.id
    ), task_states as (
      delete from task_run_state s using tasks where s.task_run_id = tasks.id
    ), subflows as (
      update flow_run r set parent_task_run_id = null from tasks where r.parent_task_run_id = tasks.id
    ), lines as (
      delete from log l using runs where l.flow_run_id = runs.id
    ), results as (
      delete from artifact a using runs where a.flow_run_id = runs.id and a.type = 'result' and a.key is null
    )
    select runs.id
    from runs
    order by runs.id
  `)
  return rows.map((row) => row.id)
}

/** A task run with its states; false when there is none. */
export async function deleteTaskRun(tx: Transaction, workspace_id: string, id: string): Promise<boolean> {
  const rows = await tx.query<{ id: string }>(sql`
    with tasks as (
      delete from task_run t
      where t.workspace_id = ${workspace_id}
        and t.id = ${id}
      returning t.id
    ), states as (
      delete from task_run_state s using tasks where s.task_run_id = tasks.id
    ), subflows as (
      update flow_run r set parent_task_run_id = null from tasks where r.parent_task_run_id = tasks.id
    )
    select tasks.id
    from tasks
  `)
  return rows.length === 1
}
