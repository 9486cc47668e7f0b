import type { LogFilter, LogSort, Timestamp } from '@slipway/contract'
import type { Queryable } from './database.ts'
import { andAlso } from './filters/conditions.ts'
import { logCondition, logOrder } from './filters/logs.ts'
import type { LogRow } from './rows.ts'
import { sql } from './sql.ts'

const columns = sql`
  l.id, l.workspace_id, l.created, l.timestamp, l.seq, l.name, l.level, l.message, l.flow_run_id, l.task_run_id`

export interface LogSelection {
  readonly filter: LogFilter | null
  readonly sort: LogSort
  readonly limit: number
  readonly offset: number
}

export async function listLogs(
  db: Queryable,
  workspace_id: string,
  { filter, sort, limit, offset }: LogSelection,
): Promise<readonly LogRow[]> {
  return await db.query<LogRow>(sql`
    select ${columns}
    from log l
    where l.workspace_id = ${workspace_id}${andAlso(logCondition(filter))}
    order by ${logOrder(sort)}
    limit ${limit}
    offset ${offset}
  `)
}

/** Where a reader of all lines of a run stands. */
export interface LogPosition {
  readonly timestamp: Timestamp
  readonly seq: number
}

export const BEFORE_ALL_LOGS: LogPosition = { timestamp: '0001-01-01T00:00:00.000000Z', seq: 0 }

/** The next lines of a run, in the order of time. */
export async function listLogsOfFlowRun(
  db: Queryable,
  workspace_id: string,
  flow_run_id: string,
  after: LogPosition,
  limit: number,
): Promise<readonly LogRow[]> {
  return await db.query<LogRow>(sql`
    select ${columns}
    from log l
    where l.workspace_id = ${workspace_id}
      and l.flow_run_id = ${flow_run_id}
      and (l.timestamp, l.seq) > (${after.timestamp}::timestamptz, ${after.seq}::bigint)
    order by l.timestamp, l.seq
    limit ${limit}
  `)
}
