import type { StateType, Timestamp } from '@slipway/contract'
import type { Queryable, Transaction } from './database.ts'
import type { SubmissionRow } from './rows.ts'
import { sql } from './sql.ts'
import { submissionColumns } from './submissions.ts'

/** An attempt that the cloud has, with how its run stands. */
export type WatchedSubmission = SubmissionRow & {
  readonly run_state_type: StateType | null
  readonly run_state_name: string | null
  readonly run_retry_type: 'in_process' | 'reschedule' | null
  readonly run_state_timestamp: Timestamp | null
  readonly run_start_time: Timestamp | null
}

const run = sql`
  r.state_type as run_state_type, r.state_name as run_state_name, r.retry_type as run_retry_type,
  r.state_timestamp as run_state_timestamp, r.start_time as run_start_time`

/** Those that were looked at longest ago come first, so that every one has its turn. */
export async function listWatchedSubmissions(
  db: Queryable,
  seen_before: Timestamp,
  limit: number,
): Promise<readonly WatchedSubmission[]> {
  return await db.query<WatchedSubmission>(sql`
    select ${submissionColumns}, ${run}
    from submission s
    left join flow_run r on r.id = s.flow_run_id
    where s.state = 'accepted'
      and (s.observed_at is null or s.observed_at <= ${seen_before})
    order by s.observed_at nulls first, s.id
    limit ${limit}
  `)
}

/** Runs that are being cancelled and whose container never reported, or did not stop by itself in time. */
export async function listSubmissionsToStop(
  db: Queryable,
  cancelling_before: Timestamp,
  asked_before: Timestamp,
  limit: number,
): Promise<readonly WatchedSubmission[]> {
  return await db.query<WatchedSubmission>(sql`
    select ${submissionColumns}, ${run}
    from flow_run r
    join submission s on s.flow_run_id = r.id and s.state in ('planned', 'sent', 'accepted')
    where r.state_type = 'CANCELLING'
      and (s.started_at is null or r.state_timestamp <= ${cancelling_before})
      and (s.stop_requested_at is null or s.stop_requested_at <= ${asked_before})
    order by s.id
    limit ${limit}
  `)
}

export async function markSubmissionsObserved(
  db: Queryable,
  seen: readonly { readonly id: string; readonly is_over: boolean }[],
  now: Timestamp,
): Promise<void> {
  if (seen.length === 0) return
  await db.query(sql`
    update submission s
    set observed_at = ${now},
      first_missing_at = case when x.is_over then coalesce(s.first_missing_at, ${now}::timestamptz) else null end
    from json_to_recordset(${JSON.stringify(seen)}::json) as x(id uuid, is_over boolean)
    where s.id = x.id
  `)
}

export async function markStopRequested(db: Queryable, id: string, now: Timestamp): Promise<void> {
  await db.query(sql`
    update submission
    set stop_requested_at = ${now},
      stop_tries = stop_tries + 1,
      updated = ${now}
    where id = ${id}
  `)
}

/** Over: nothing more will come from this attempt. `void` turns a late container away. */
export async function finishSubmission(
  tx: Transaction,
  id: string,
  state: 'finished' | 'void',
  now: Timestamp,
): Promise<void> {
  await tx.query(sql`
    update submission
    set state = ${state},
      finished_at = coalesce(finished_at, ${now}),
      next_try_at = null,
      updated = ${now}
    where id = ${id}
      and state in ('planned', 'sent', 'accepted')
  `)
}

/** What is over and still in the cloud. Attempts that were given up go at once. */
export async function listSubmissionsToDiscard(
  db: Queryable,
  finished_before: Timestamp,
  limit: number,
): Promise<readonly SubmissionRow[]> {
  return await db.query<SubmissionRow>(sql`
    select ${submissionColumns}
    from submission s
    where s.discarded_at is null
      and s.state in ('finished', 'void', 'refused')
      and (s.state = 'void' or s.finished_at <= ${finished_before})
    order by s.finished_at, s.id
    limit ${limit}
  `)
}

export async function markSubmissionDiscarded(db: Queryable, id: string, now: Timestamp): Promise<void> {
  await db.query(sql`
    update submission
    set discarded_at = ${now},
      updated = ${now}
    where id = ${id}
  `)
}
