import type { JsonObject, Timestamp } from '@slipway/contract'
import type { Queryable, Transaction } from './database.ts'
import type { SubmissionRow } from './rows.ts'
import { sql } from './sql.ts'

export const submissionColumns = sql`
  s.id, s.workspace_id, s.created, s.updated, s.flow_run_id, s.attempt_no, s.work_pool_id, s.pool_type,
  s.credentials_block_id, s.state, s.resource_name, s.infrastructure_pid, s.sealed_request, s.request_sha256,
  s.credential_hash, s.credential_expires, s.start_transition_id, s.start_client_id, s.started_at, s.first_sent_at, s.tries, s.next_try_at,
  s.fault, s.execution, s.lease_owner, s.lease_until, s.observed_at, s.first_missing_at, s.terminal_seen_at,
  s.stop_requested_at, s.stop_tries, s.finished_at, s.discarded_at`

export interface NewSubmission {
  readonly id: string
  readonly workspace_id: string
  readonly created: Timestamp
  readonly flow_run_id: string
  readonly attempt_no: number
  readonly work_pool_id: string
  readonly pool_type: string
  readonly credentials_block_id: string | null
  readonly resource_name: string
  readonly infrastructure_pid: string
  readonly sealed_request: JsonObject
  readonly request_sha256: string
  /** Hexadecimal. */
  readonly credential_hash: string
  readonly lease_owner: number
  readonly lease_until: Timestamp
}

/** The frozen request, committed with the claim and never changed afterwards. */
export async function insertSubmissions(tx: Transaction, submissions: readonly NewSubmission[]): Promise<void> {
  if (submissions.length === 0) return
  await tx.query<{ id: string }>(sql`
    insert into submission (id, workspace_id, created, updated, flow_run_id, attempt_no, work_pool_id, pool_type,
      credentials_block_id, state, resource_name, infrastructure_pid, sealed_request, request_sha256, credential_hash,
      lease_owner, lease_until)
    select x.id, x.workspace_id, x.created, x.created, x.flow_run_id, x.attempt_no, x.work_pool_id, x.pool_type,
      x.credentials_block_id, 'planned', x.resource_name, x.infrastructure_pid, x.sealed_request, x.request_sha256,
      decode(x.credential_hash, 'hex'), x.lease_owner, x.lease_until
    from json_to_recordset(${JSON.stringify(submissions)}::json) as x(
      id uuid, workspace_id uuid, created timestamptz, flow_run_id uuid, attempt_no integer, work_pool_id uuid,
      pool_type text, credentials_block_id uuid, resource_name text, infrastructure_pid text, sealed_request json,
      request_sha256 text, credential_hash text, lease_owner integer, lease_until timestamptz)
  `)
}

/** The highest attempt of each run so far; runs without one are absent. */
export async function listLastAttempts(
  tx: Queryable,
  flow_run_ids: readonly string[],
): Promise<readonly { readonly flow_run_id: string; readonly attempt_no: number }[]> {
  return await tx.query<{ flow_run_id: string; attempt_no: number }>(sql`
    select flow_run_id, max(attempt_no) as attempt_no
    from submission
    where flow_run_id = any(${flow_run_ids}::uuid[])
    group by flow_run_id
    order by flow_run_id
  `)
}

/** Attempts that a newer one replaces: a container of theirs that appears late is turned away by the fence. */
export async function voidSubmissionsOf(
  tx: Transaction,
  flow_run_ids: readonly string[],
  now: Timestamp,
): Promise<void> {
  await tx.query(sql`
    update submission
    set state = case when state = 'finished' then state else 'void' end,
      finished_at = coalesce(finished_at, ${now}),
      updated = ${now}
    where flow_run_id = any(${flow_run_ids}::uuid[])
      and state in ('planned', 'sent', 'accepted', 'refused')
  `)
}

export async function lockSubmission(tx: Transaction, id: string): Promise<SubmissionRow | null> {
  const [row] = await tx.query<SubmissionRow>(sql`
    select ${submissionColumns}
    from submission s
    where s.id = ${id}
    for update
  `)
  return row ?? null
}

/** All attempts of one run, the first one first. */
export async function listSubmissionsOfRun(
  db: Queryable,
  workspace_id: string,
  flow_run_id: string,
): Promise<readonly SubmissionRow[]> {
  return await db.query<SubmissionRow>(sql`
    select ${submissionColumns}
    from submission s
    where s.flow_run_id = ${flow_run_id}
      and s.workspace_id = ${workspace_id}
    order by s.attempt_no, s.id
    limit 200
  `)
}

/** Whose container presents this credential? Expired ones are nobody's. */
export async function findSubmissionByCredential(
  db: Queryable,
  flow_run_id: string,
  credential_hash: Buffer,
  now: Timestamp,
): Promise<SubmissionRow | null> {
  const [row] = await db.query<SubmissionRow>(sql`
    select ${submissionColumns}
    from submission s
    where s.flow_run_id = ${flow_run_id}
      and s.credential_hash = ${credential_hash}
      and (s.credential_expires is null or s.credential_expires > ${now})
  `)
  return row ?? null
}

/** Committed on its own right before the first call; false when the lease is no longer ours or the attempt is over. */
export async function markSubmissionsSent(
  db: Queryable,
  ids: readonly string[],
  lease_owner: number,
  lease_until: Timestamp,
  now: Timestamp,
): Promise<readonly string[]> {
  const rows = await db.query<{ id: string }>(sql`
    update submission
    set state = 'sent',
      first_sent_at = coalesce(first_sent_at, ${now}),
      tries = tries + 1,
      next_try_at = null,
      lease_until = ${lease_until},
      updated = ${now}
    where id = any(${ids}::uuid[])
      and state in ('planned', 'sent')
      and lease_owner = ${lease_owner}
    returning id
  `)
  return rows.map((row) => row.id)
}

/**
 * Takes over attempts that nobody works on: their time for another try has come, or the server that held them is
 * gone. A server is gone when its advisory lock is free, which PostgreSQL sees at once when a process dies.
 */
export async function claimOpenSubmissions(
  tx: Transaction,
  {
    owner,
    lock_class,
    lease_until,
  }: { readonly owner: number; readonly lock_class: number; readonly lease_until: Timestamp },
  now: Timestamp,
  limit: number,
): Promise<readonly SubmissionRow[]> {
  return await tx.query<SubmissionRow>(sql`
    with free as (
      select s.id
      from submission s
      where s.state in ('planned', 'sent')
        and (s.next_try_at is null or s.next_try_at <= ${now})
        and (
          s.lease_owner is null
          or s.lease_until <= ${now}
          or not exists (
            select 1
            from pg_locks l
            where l.locktype = 'advisory'
              and l.database = (select oid from pg_database where datname = current_database())
              and l.classid = ${lock_class}::int::oid
              and l.objid = s.lease_owner::oid
              and l.objsubid = 2
              and l.granted
          )
        )
      order by s.next_try_at nulls first, s.id
      limit ${limit}
      for update of s skip locked
    )
    update submission s
    set lease_owner = ${owner},
      lease_until = ${lease_until},
      updated = ${now}
    from free
    where s.id = free.id
    returning ${submissionColumns}
  `)
}

/** The earliest time at which an open attempt may be tried again; null when none waits. */
export async function findNextSubmissionTry(db: Queryable): Promise<Timestamp | null> {
  const [row] = await db.query<{ next_try_at: Timestamp | null }>(sql`
    select min(next_try_at) as next_try_at
    from submission
    where state in ('planned', 'sent')
      and next_try_at is not null
  `)
  return row?.next_try_at ?? null
}

/** What one call to the provider came to. Only the holder of the lease may record it. */
export interface SubmissionOutcomeUpdate {
  readonly id: string
  readonly state: 'sent' | 'accepted' | 'refused' | 'planned'
  readonly fault: JsonObject | null
  readonly execution: JsonObject | null
  readonly next_try_at: Timestamp | null
}

export async function updateSubmissionOutcomes(
  tx: Transaction,
  outcomes: readonly SubmissionOutcomeUpdate[],
  lease_owner: number,
  now: Timestamp,
): Promise<readonly string[]> {
  const rows = await tx.query<{ id: string }>(sql`
    update submission s
    set state = x.state,
      fault = x.fault,
      execution = coalesce(x.execution, s.execution),
      next_try_at = x.next_try_at,
      finished_at = case when x.state = 'refused' then ${now}::timestamptz else s.finished_at end,
      lease_owner = null,
      lease_until = null,
      updated = ${now}
    from json_to_recordset(${JSON.stringify(outcomes)}::json) as x(
      id uuid, state text, fault json, execution json, next_try_at timestamptz)
    where s.id = x.id
      and s.state in ('planned', 'sent')
      and s.lease_owner = ${lease_owner}
    returning s.id
  `)
  return rows.map((row) => row.id)
}

/** The fence: the first process of an attempt that proposes RUNNING. */
export async function markSubmissionStarted(
  tx: Transaction,
  start: { readonly submission_id: string; readonly transition_id: string; readonly client_id: string | null },
  now: Timestamp,
): Promise<void> {
  await tx.query(sql`
    update submission
    set start_transition_id = ${start.transition_id},
      start_client_id = ${start.client_id},
      started_at = coalesce(started_at, ${now}),
      updated = ${now}
    where id = ${start.submission_id}
  `)
}

export interface SubmissionFence {
  readonly id: string
  readonly start_transition_id: string | null
  readonly start_client_id: string | null
  readonly is_void: boolean
}

/** What the start fence looks at; the run's lock keeps it true until the transaction ends. */
export async function listSubmissionFences(
  tx: Transaction,
  ids: readonly string[],
): Promise<readonly SubmissionFence[]> {
  return await tx.query(sql`
    select id, start_transition_id, start_client_id, state = 'void' as is_void
    from submission
    where id = any(${ids}::uuid[])
    order by id
  `)
}

/** The credentials of runs that are over still work for a while: the last logs and events come late. */
export async function expireSubmissionCredentials(
  tx: Transaction,
  flow_run_ids: readonly string[],
  at: Timestamp,
): Promise<void> {
  await tx.query(sql`
    update submission
    set credential_expires = ${at}
    where flow_run_id = any(${flow_run_ids}::uuid[])
      and credential_expires is null
  `)
}

/** How the runs of these attempts stand; a run that was deleted is absent. */
export async function listRunStatesOfSubmissions(
  db: Queryable,
  ids: readonly string[],
): Promise<readonly { readonly id: string; readonly state_type: string | null }[]> {
  return await db.query(sql`
    select s.id, r.state_type
    from submission s
    join flow_run r on r.id = s.flow_run_id
    where s.id = any(${ids}::uuid[])
    order by s.id
  `)
}
