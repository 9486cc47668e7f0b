import type { Timestamp } from '@slipway/contract'
import type { Queryable } from './database.ts'
import type { LogRow } from './rows.ts'
import { sql } from './sql.ts'

export interface NewLog {
  readonly id: string
  readonly timestamp: Timestamp
  readonly name: string
  readonly level: number
  readonly message: string
  readonly flow_run_id: string | null
  readonly task_run_id: string | null
}

/** One statement for any number of lines; readers of the live stream are woken when it commits. */
export async function insertLogs(
  db: Queryable,
  workspace_id: string,
  logs: readonly NewLog[],
  now: Timestamp,
): Promise<void> {
  if (logs.length === 0) return
  await db.query(sql`
    with inserted as (
      insert into log (id, workspace_id, created, timestamp, name, level, message, flow_run_id, task_run_id)
      select x.id, ${workspace_id}::uuid, ${now}::timestamptz, x.timestamp, x.name, x.level, x.message, x.flow_run_id, x.task_run_id
      from json_to_recordset(${JSON.stringify(logs)}::json) as x(
        id uuid, timestamp timestamptz, name text, level integer, message text, flow_run_id uuid, task_run_id uuid)
      returning seq, timestamp
    )
    select pg_notify('slipway_log', json_build_object('workspace_id', ${workspace_id}::uuid, 'first_seq', min(seq),
      'last_seq', max(seq), 'since', min(timestamp), 'until', max(timestamp))::text) is null as told
    from inserted
  `)
}

/** Where the lines of one commit are: the message on `slipway_log`. */
export interface LogBatchHint {
  readonly workspace_id: string
  readonly first_seq: number
  readonly last_seq: number
  readonly since: Timestamp
  readonly until: Timestamp
}

/** The lines of one commit, and perhaps some of others that were written at the same time. */
export async function listLogsOfBatch(db: Queryable, hint: LogBatchHint, limit: number): Promise<readonly LogRow[]> {
  return await db.query<LogRow>(sql`
    select id, workspace_id, created, timestamp, seq, name, level, message, flow_run_id, task_run_id
    from log
    where workspace_id = ${hint.workspace_id}
      and timestamp between ${hint.since} and ${hint.until}
      and seq between ${hint.first_seq} and ${hint.last_seq}
    order by timestamp, seq
    limit ${limit}
  `)
}
