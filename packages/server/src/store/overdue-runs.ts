import type { Timestamp } from '@slipway/contract'
import type { Transaction } from './database.ts'
import { sql } from './sql.ts'

interface RunId {
  readonly id: string
  readonly workspace_id: string
}

export type LateRun = RunId & { readonly next_scheduled_start_time: Timestamp }

/** Runs that should have begun, the longest waiting first. Those that are shown as Late already are not in the index. */
export async function lockLateRuns(tx: Transaction, before: Timestamp, limit: number): Promise<readonly LateRun[]> {
  return await tx.query<LateRun>(sql`
    select r.id, r.workspace_id, r.next_scheduled_start_time
    from flow_run r
    where r.state_type = 'SCHEDULED'
      and r.state_name = 'Scheduled'
      and r.next_scheduled_start_time <= ${before}
    order by r.next_scheduled_start_time, r.id
    limit ${limit}
    for no key update skip locked
  `)
}

/** Paused runs that nobody resumed in time. */
export async function lockExpiredPauses(tx: Transaction, now: Timestamp, limit: number): Promise<readonly RunId[]> {
  return await tx.query<RunId>(sql`
    select r.id, r.workspace_id
    from flow_run r
    where r.state_type = 'PAUSED'
      and (r.state -> 'state_details' ->> 'pause_timeout')::timestamptz < ${now}
    order by r.id
    limit ${limit}
    for no key update skip locked
  `)
}
