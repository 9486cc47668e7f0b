import type { FlowRunFilter, FlowRunSort, StateType } from '@slipway/contract'
import type { Queryable } from './database.ts'
import { andAlso, type Condition } from './filters/conditions.ts'
import { flowRunOrder } from './filters/flow-runs.ts'
import { joinedFlowRunCondition, type JoinedFilters } from './filters/joined.ts'
import { type Split, splitOf } from './filters/split.ts'
import { flowRunColumns } from './flow-runs.ts'
import type { FlowRunRow } from './rows.ts'
import { empty, type Sql, sql } from './sql.ts'

/** A run with the names that its API answer mentions. */
export type ListedFlowRunRow = FlowRunRow & FlowRunNames

interface FlowRunNames {
  readonly queue_name: string | null
  readonly work_pool_id: string | null
  readonly work_pool_name: string | null
}

/** Columns of a run that a list passes on as text, unread: reading them costs more than finding the rows. */
export const OPAQUE_COLUMNS = [
  'parameters',
  'context',
  'empirical_policy',
  'labels',
  'created_by',
  'state',
  'job_variables',
] as const
type OpaqueColumn = (typeof OPAQUE_COLUMNS)[number]

export type OpaqueFlowRunRow = Omit<FlowRunRow, OpaqueColumn> &
  FlowRunNames & { readonly [column in OpaqueColumn]: string | null }

const opaqueFlowRunColumns = sql`
  r.id, r.workspace_id, r.created, r.updated, r.name, r.flow_id, r.deployment_id, r.deployment_version, r.work_queue_id,
  r.work_queue_name, r.flow_version, r.parameters::text as parameters, r.context::text as context,
  r.empirical_policy::text as empirical_policy, r.tags, r.labels::text as labels, r.idempotency_key, r.parent_task_run_id,
  r.state::text as state, r.state_id, r.state_type, r.state_name, r.state_timestamp, r.run_count, r.expected_start_time,
  r.next_scheduled_start_time, r.start_time, r.end_time, r.total_run_time, r.auto_scheduled, r.infrastructure_document_id,
  r.infrastructure_pid, r.created_by::text as created_by, r.job_variables::text as job_variables, r.retry_type`

export interface FlowRunSelection {
  readonly filters: JoinedFilters
  readonly sort: FlowRunSort
  readonly limit: number
  readonly offset: number
}

/**
 * The page is cut before names are joined to it. One value of an ordered index (a state, a flow, a deployment) gives
 * its newest runs at once, a list of values does not: PostgreSQL would walk all runs by time and drop most of them
 * (48 ms instead of 1.2 ms for two states in 100,000 runs). So each value is read on its own and the pages are merged.
 */
export async function listFlowRuns(
  db: Queryable,
  workspace_id: string,
  selection: FlowRunSelection,
): Promise<readonly OpaqueFlowRunRow[]> {
  const { sort, limit, offset } = selection
  return await db.query<OpaqueFlowRunRow>(sql`
    select ${opaqueFlowRunColumns}, q.name as queue_name, q.work_pool_id, p.name as work_pool_name
    from (
      ${pageOfRuns(workspace_id, selection)}
      order by ${flowRunOrder(sort)}
      limit ${limit}
      offset ${offset}
    ) r
    left join work_queue q on q.id = r.work_queue_id
    left join work_pool p on p.id = q.work_pool_id
    order by ${flowRunOrder(sort)}
  `)
}

/** What a chart of runs needs. */
export type FlowRunTimes = Pick<
  FlowRunRow,
  'id' | 'start_time' | 'expected_start_time' | 'state_timestamp' | 'total_run_time'
> & {
  readonly state_type: StateType | null
}

export async function listFlowRunTimes(
  db: Queryable,
  workspace_id: string,
  selection: FlowRunSelection,
): Promise<readonly FlowRunTimes[]> {
  const { sort, limit, offset } = selection
  return await db.query<FlowRunTimes>(sql`
    select r.id, r.state_type, r.start_time, r.expected_start_time, r.state_timestamp, r.total_run_time
    from (${pageOfRuns(workspace_id, selection)}) r
    order by ${flowRunOrder(sort)}
    limit ${limit}
    offset ${offset}
  `)
}

function pageOfRuns(workspace_id: string, { filters, sort, limit, offset }: FlowRunSelection): Sql {
  const split = splitByValue(filters, sort)
  if (split === null) {
    return sql`select ${flowRunColumns}
      from flow_run r
      where r.workspace_id = ${workspace_id}${andAlso(joinedFlowRunCondition(filters))}`
  }
  return sql`select ${flowRunColumns}
    from unnest(${split.values}) as each_value(value)
    cross join lateral (
      select ${flowRunColumns}
      from flow_run r
      where r.workspace_id = ${workspace_id}
        and ${split.column} = each_value.value${andAlso(joinedFlowRunCondition(split.rest))}
      order by ${flowRunOrder(sort)}
      limit ${limit + offset}
    ) r`
}

/** The first list of values for which there is an index by expected start time. */
function splitByValue(filters: JoinedFilters, sort: FlowRunSort): Split<JoinedFilters> | null {
  const given = filters.flow_runs ?? {}
  if (!sort.startsWith('EXPECTED_START_TIME') || given.operator === 'or_') return null
  const { state, deployment_id } = given
  const byState = (): FlowRunFilter => ({ ...given, state: { ...state, type: { ...state?.type, any_: null } } })
  const byDeployment = (): FlowRunFilter => ({ ...given, deployment_id: { ...deployment_id, any_: null } })
  return (
    (state?.operator === 'or_'
      ? null
      : splitOf(sql`r.state_type`, 'text', state?.type?.any_, { ...filters, flow_runs: byState() })) ??
    (deployment_id?.operator === 'or_'
      ? null
      : splitOf(sql`r.deployment_id`, 'uuid', deployment_id?.any_, { ...filters, flow_runs: byDeployment() }))
  )
}

export async function countFlowRuns(db: Queryable, workspace_id: string, filters: JoinedFilters): Promise<number> {
  const [row] = await db.query<{ count: number }>(sql`
    select count(*) as count
    from flow_run r
    where r.workspace_id = ${workspace_id}${andAlso(joinedFlowRunCondition(filters))}
  `)
  return row?.count ?? 0
}

/** Ids only, newest id first: what bulk operations work through. */
export async function listFlowRunIds(
  db: Queryable,
  workspace_id: string,
  condition: Condition,
  limit: number,
): Promise<readonly string[]> {
  const rows = await db.query<{ id: string }>(sql`
    select r.id
    from flow_run r
    where r.workspace_id = ${workspace_id}${condition === null ? empty : andAlso(condition)}
    order by r.id desc
    limit ${limit}
  `)
  return rows.map((row) => row.id)
}
