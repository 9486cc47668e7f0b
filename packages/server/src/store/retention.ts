import type { Timestamp } from '@slipway/contract'
import type { Queryable, Transaction } from './database.ts'
import { sql } from './sql.ts'

const MOST_WORKSPACES = 100_000

export async function listWorkspaceIds(db: Queryable): Promise<readonly string[]> {
  const rows = await db.query<{ id: string }>(sql`
    select w.id
    from workspace w
    order by w.id
    limit ${MOST_WORKSPACES}
  `)
  return rows.map(({ id }) => id)
}

/**
 * Runs that ended before a moment and that nobody needs: no run above or below that is not over, and nothing left in a
 * cloud that is found by them. (A run is expected before it ends: that lets an index find the old ones.)
 */
export async function lockExpiredRuns(
  tx: Transaction,
  workspace_id: string,
  ended_before: Timestamp,
  limit: number,
): Promise<readonly string[]> {
  const rows = await tx.query<{ id: string }>(sql`
    select r.id
    from flow_run r
    where r.workspace_id = ${workspace_id}
      and r.expected_start_time < ${ended_before}
      and r.state_type in ('COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED')
      and coalesce(r.end_time, r.state_timestamp) < ${ended_before}
      and not exists (
        select from submission s
        where s.flow_run_id = r.id
          and s.discarded_at is null
      )
      and not exists (
        select from task_run t
        join flow_run p on p.id = t.flow_run_id
        where t.id = r.parent_task_run_id
          and p.state_type not in ('COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED')
      )
      and not exists (
        select from task_run t
        join flow_run c on c.parent_task_run_id = t.id
        where t.flow_run_id = r.id
          and c.state_type not in ('COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED')
      )
    order by r.expected_start_time, r.id
    limit ${limit}
    for update of r skip locked
  `)
  return rows.map(({ id }) => id)
}

/** What runs leave behind when they are deleted, except the newest artifact of each key, which is shown by its key. */
export async function deleteLeftovers(
  tx: Transaction,
  workspace_id: string,
  run_ids: readonly string[],
): Promise<void> {
  await tx.query(sql`
    with submissions as (
      delete from submission s
      where s.workspace_id = ${workspace_id}
        and s.flow_run_id = any(${run_ids}::uuid[])
    )
    delete from artifact a
    where a.workspace_id = ${workspace_id}
      and a.flow_run_id = any(${run_ids}::uuid[])
      and not exists (
        select from artifact_collection c
        where c.workspace_id = a.workspace_id
          and c.key = a.key
          and c.latest_id = a.id
      )
  `)
}

/** Tasks without a flow run that ended before a moment, with their states. How many there were. */
export async function deleteExpiredBackgroundTasks(
  tx: Transaction,
  workspace_id: string,
  ended_before: Timestamp,
  limit: number,
): Promise<number> {
  const [row] = await tx.query<{ deleted: number }>(sql`
    with expired as (
      select t.id
      from task_run t
      where t.workspace_id = ${workspace_id}
        and t.flow_run_id is null
        and t.expected_start_time < ${ended_before}
        and t.state_type in ('COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED')
        and coalesce(t.end_time, t.state_timestamp) < ${ended_before}
      order by t.expected_start_time, t.id
      limit ${limit}
      for update skip locked
    ), tasks as (
      delete from task_run t using expired where t.id = expired.id returning t.id
    ), states as (
      delete from task_run_state s using tasks where s.task_run_id = tasks.id
    )
    select count(*)::integer as deleted
    from tasks
  `)
  return row?.deleted ?? 0
}
