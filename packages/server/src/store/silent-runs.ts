import type { Timestamp } from '@slipway/contract'
import type { Transaction } from './database.ts'
import { sql } from './sql.ts'

export interface WatchedRun {
  readonly id: string
  readonly workspace_id: string
  readonly state_id: string
  readonly state_timestamp: Timestamp
  /** When its latest heartbeats arrived, the newest first. */
  readonly heartbeats: readonly Timestamp[]
  readonly last_log: Timestamp | null
  readonly last_task: Timestamp | null
}

export interface WatchedRunPage {
  /** Runs that are in their state for less long need not be looked at. */
  readonly running_before: Timestamp
  /** A cloud that said since then that the container runs is believed. */
  readonly observed_after: Timestamp
  readonly after_id: string
  readonly limit: number
}

const HEARTBEATS_LOOKED_AT = 4

/**
 * Running runs that have sent heartbeats, without those of whose containers a cloud says that they run. In the order of
 * ids, so that all have their turn; `id` of the last one looked at is where the next page begins.
 */
export async function listWatchedRuns(
  tx: Transaction,
  { running_before, observed_after, after_id, limit }: WatchedRunPage,
): Promise<readonly (Omit<WatchedRun, 'heartbeats'> & { readonly heartbeats: readonly Timestamp[] | null })[]> {
  return await tx.query(sql`
    select r.id, r.workspace_id, r.state_id, r.state_timestamp, beats.heartbeats, lines.last_log, tasks.last_task
    from (
      select o.id, o.workspace_id, o.state_id, o.state_timestamp
      from flow_run o
      where o.state_type = 'RUNNING'
        and o.state_timestamp <= ${running_before}
        and o.id > ${after_id}
        and not exists (
          select from submission s
          where s.flow_run_id = o.id
            and s.state = 'accepted'
            and s.observed_at >= ${observed_after}
            and s.first_missing_at is null
        )
      order by o.id
      limit ${limit}
    ) r
    left join lateral (
      select array_agg(b.received order by b.received desc) as heartbeats
      from (
        select e.received
        from event e
        where e.resource_id = 'prefect.flow-run.' || r.id::text
          and e.event = 'prefect.flow-run.heartbeat'
          and e.occurred >= r.state_timestamp - interval '1 minute'
        order by e.occurred desc
        limit ${HEARTBEATS_LOOKED_AT}
      ) b
    ) beats on true
    left join lateral (
      select l.created as last_log
      from log l
      where l.flow_run_id = r.id
        and l.timestamp >= r.state_timestamp
      order by l.timestamp desc, l.seq desc
      limit 1
    ) lines on beats.heartbeats is not null
    left join lateral (
      select t.updated as last_task
      from task_run t
      where t.flow_run_id = r.id
      order by t.expected_start_time desc nulls last, t.id desc
      limit 1
    ) tasks on beats.heartbeats is not null
    order by r.id
  `)
}

/** Locks those of the runs that are still in the state in which they were seen, in the order of ids. */
export async function lockUnchangedRuns(
  tx: Transaction,
  runs: readonly Pick<WatchedRun, 'id' | 'state_id'>[],
): Promise<readonly string[]> {
  if (runs.length === 0) return []
  const seen = runs.map(({ id, state_id }) => ({ id, state_id }))
  const rows = await tx.query<{ id: string }>(sql`
    select r.id
    from flow_run r
    join json_to_recordset(${JSON.stringify(seen)}::json) as x(id uuid, state_id uuid) on x.id = r.id
    where r.state_id = x.state_id
    order by r.id
    for no key update of r
  `)
  return rows.map(({ id }) => id)
}
