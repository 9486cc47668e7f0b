import type { Timestamp } from '@slipway/contract'
import type { Queryable } from './database.ts'
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
    insert into log (id, workspace_id, created, timestamp, name, level, message, flow_run_id, task_run_id)
    select x.id, ${workspace_id}::uuid, ${now}::timestamptz, x.timestamp, x.name, x.level, x.message, x.flow_run_id, x.task_run_id
    from json_to_recordset(${JSON.stringify(logs)}::json) as x(
      id uuid, timestamp timestamptz, name text, level integer, message text, flow_run_id uuid, task_run_id uuid)
  `)
}
