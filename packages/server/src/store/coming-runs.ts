import type { Timestamp } from '@slipway/contract'
import type { Queryable } from './database.ts'
import { flowRunColumns, type NamedFlowRunRow, runJoins, runNames } from './flow-runs.ts'
import { sql } from './sql.ts'

/** A queue to take runs from, and how many it may give. */
export interface QueueRoom {
  readonly work_queue_id: string
  readonly priority: number
  readonly room: number
}

export interface ComingPeriod {
  /** None scheduled later; null: however late. */
  readonly before: Timestamp | null
  /** None scheduled earlier. */
  readonly after: Timestamp | null
}

/**
 * What workers ask for: runs of some queues by urgency. One ordered range of the index flow_run_due a queue; runs that
 * wait for a retry in their own process are nobody else's.
 */
export async function listComingRunsOfQueues(
  db: Queryable,
  queues: readonly QueueRoom[],
  { before, after }: ComingPeriod,
  limit: number,
): Promise<readonly NamedFlowRunRow[]> {
  return await db.query<NamedFlowRunRow>(sql`
    select ${flowRunColumns}, ${runNames}
    from json_to_recordset(${JSON.stringify(queues)}::json) as x(work_queue_id uuid, priority integer, room integer)
    cross join lateral (
      select d.id
      from flow_run d
      where d.work_queue_id = x.work_queue_id
        and d.state_type = 'SCHEDULED'
        and d.next_scheduled_start_time <= coalesce(${before}::timestamptz, 'infinity')
        and d.next_scheduled_start_time >= coalesce(${after}::timestamptz, '-infinity')
        and d.retry_type is distinct from 'in_process'
      order by d.next_scheduled_start_time, d.id
      limit x.room
    ) due
    join flow_run r on r.id = due.id
    ${runJoins}
    order by x.priority, r.next_scheduled_start_time, r.id
    limit ${limit}
  `)
}

/** What `serve` asks for: runs of some deployments by time, over the index flow_run_coming. */
export async function listComingRunsOfDeployments(
  db: Queryable,
  workspace_id: string,
  deployment_ids: readonly string[],
  before: Timestamp | null,
  limit: number,
): Promise<readonly NamedFlowRunRow[]> {
  return await db.query<NamedFlowRunRow>(sql`
    select ${flowRunColumns}, ${runNames}
    from unnest(${deployment_ids}::uuid[]) as x(deployment_id)
    cross join lateral (
      select d.id
      from flow_run d
      where d.deployment_id = x.deployment_id
        and d.workspace_id = ${workspace_id}
        and d.state_type = 'SCHEDULED'
        and d.next_scheduled_start_time <= coalesce(${before}::timestamptz, 'infinity')
        and d.retry_type is distinct from 'in_process'
      order by d.next_scheduled_start_time, d.id
      limit ${limit}
    ) due
    join flow_run r on r.id = due.id
    ${runJoins}
    order by r.next_scheduled_start_time, r.id
    limit ${limit}
  `)
}

/** A run that holds a slot. */
export interface SlotHolder {
  readonly id: string
  readonly name: string
  readonly work_queue_id: string
  readonly state_type: string | null
  readonly state_name: string | null
  readonly start_time: Timestamp | null
  readonly state_timestamp: Timestamp | null
}

/** Of each queue at most so many, in a stable order. */
export async function listSlotHolders(
  db: Queryable,
  queue_ids: readonly string[],
  page: { readonly limit: number; readonly offset: number },
): Promise<readonly SlotHolder[]> {
  if (queue_ids.length === 0) return []
  return await db.query<SlotHolder>(sql`
    select h.id, h.name, h.work_queue_id, h.state_type, h.state_name, h.start_time, h.state_timestamp
    from unnest(${queue_ids}::uuid[]) as x(work_queue_id)
    cross join lateral (
      select r.id, r.name, r.work_queue_id, r.state_type, r.state_name, r.start_time, r.state_timestamp
      from flow_run r
      where r.work_queue_id = x.work_queue_id
        and r.state_type in ('PENDING', 'RUNNING')
      order by r.id
      limit ${page.limit}
      offset ${page.offset}
    ) h
    order by h.work_queue_id, h.id
  `)
}

/** The index flow_run_due holds the late ones of a queue. */
export async function countLateRuns(db: Queryable, work_queue_id: string): Promise<number> {
  const [row] = await db.query<{ count: number }>(sql`
    select count(*) as count
    from flow_run r
    where r.work_queue_id = ${work_queue_id}
      and r.state_type = 'SCHEDULED'
      and r.state_name = 'Late'
  `)
  return row?.count ?? 0
}
