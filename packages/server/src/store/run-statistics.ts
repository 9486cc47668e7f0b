import { type Timestamp, epochMicros, fromEpochMicros } from '@slipway/contract'
import { TERMINAL_TYPES } from '../domain/orchestration/verdict.ts'
import type { Queryable } from './database.ts'
import { andAlso, type Condition } from './filters/conditions.ts'
import { joinedFlowRunCondition, type JoinedFilters, joinedTaskRunCondition } from './filters/joined.ts'
import { raw, type Sql, sql } from './sql.ts'

/** Seconds in RUNNING, the current stay included. */
function runTime(r: Sql, now: Timestamp): Sql {
  return sql`greatest(0, ${r}.total_run_time + case when ${r}.state_type = 'RUNNING'
    then extract(epoch from ${now}::timestamptz - ${r}.state_timestamp)::float8 else 0 end)`
}

/** Seconds between expected and real start; of a run that has yet to start, how late it is by now. */
function lateness(r: Sql, now: Timestamp): Sql {
  return sql`case
    when ${r}.start_time > ${r}.expected_start_time then extract(epoch from ${r}.start_time - ${r}.expected_start_time)::float8
    when ${r}.start_time is null and ${r}.expected_start_time < ${now}::timestamptz and ${r}.state_type <> all(${TERMINAL_TYPES}::text[])
      then extract(epoch from ${now}::timestamptz - ${r}.expected_start_time)::float8
    else 0 end`
}

/** In seconds, over all runs that match; null when none does. */
export async function averageLateness(
  db: Queryable,
  workspace_id: string,
  filters: JoinedFilters,
  now: Timestamp,
): Promise<number | null> {
  const [row] = await db.query<{ average: number | null }>(sql`
    select avg(${lateness(sql`r`, now)}) as average
    from flow_run r
    where r.workspace_id = ${workspace_id}${andAlso(joinedFlowRunCondition(filters))}
  `)
  return row?.average ?? null
}

export interface HistoryRequest {
  readonly start: Timestamp
  readonly end: Timestamp
  readonly interval_seconds: number
  readonly filters: JoinedFilters
}

export interface HistoryInterval {
  readonly interval_start: Timestamp
  readonly interval_end: Timestamp
  readonly states: HistoryState[]
}

interface HistoryState {
  readonly state_type: string
  readonly state_name: string
  readonly count_runs: number
  readonly sum_estimated_run_time: number
  readonly sum_estimated_lateness: number
}

/** A screen cannot show more. */
const MOST_INTERVALS = 500
/** Longer than all of time, and a number that the database reads. */
const LONGEST_MICROS = 10 ** 18

/** How many runs each interval expected to start, by their state now. */
export async function flowRunHistory(
  db: Queryable,
  workspace_id: string,
  request: HistoryRequest,
  now: Timestamp,
): Promise<HistoryInterval[]> {
  const condition = joinedFlowRunCondition(request.filters)
  return await history(db, { table: raw('flow_run'), alias: sql`r`, condition, workspace_id, request, now })
}

export async function taskRunHistory(
  db: Queryable,
  workspace_id: string,
  request: HistoryRequest,
  now: Timestamp,
): Promise<HistoryInterval[]> {
  const condition = joinedTaskRunCondition(request.filters)
  return await history(db, { table: raw('task_run'), alias: sql`t`, condition, workspace_id, request, now })
}

interface HistoryOf {
  readonly table: Sql
  readonly alias: Sql
  readonly condition: Condition
  readonly workspace_id: string
  readonly request: HistoryRequest
  readonly now: Timestamp
}

async function history(
  db: Queryable,
  { table, alias: r, condition, workspace_id, request, now }: HistoryOf,
): Promise<HistoryInterval[]> {
  const start = epochMicros(request.start)
  const interval = Math.min(LONGEST_MICROS, Math.round(request.interval_seconds * 1_000_000))
  const count = Math.min(MOST_INTERVALS, Math.max(0, Math.ceil((epochMicros(request.end) - start) / interval)))
  if (count === 0) return []
  const startOf = (index: number) => fromEpochMicros(start + index * interval)
  const rows = await db.query<HistoryState & { index: number }>(sql`
    select floor(extract(epoch from ${r}.expected_start_time - ${request.start}::timestamptz) * 1000000 / ${interval}::bigint)::integer as index,
      ${r}.state_type, ${r}.state_name, count(*) as count_runs, sum(${runTime(r, now)}) as sum_estimated_run_time,
      sum(${lateness(r, now)}) as sum_estimated_lateness
    from ${table} ${r}
    where ${r}.workspace_id = ${workspace_id}
      and ${r}.expected_start_time >= ${request.start}::timestamptz
      and ${r}.expected_start_time < ${startOf(count)}::timestamptz
      and ${r}.state_type is not null${andAlso(condition)}
    group by 1, 2, 3
    order by 1, 2, 3
  `)
  const intervals = Array.from({ length: count }, (_, index): HistoryInterval => ({
    interval_start: startOf(index),
    interval_end: startOf(index + 1),
    states: [],
  }))
  for (const { index, ...state } of rows) intervals[index]?.states.push(state)
  return intervals
}
