import type { TaskRunFilter, TaskRunSort } from '@slipway/contract'
import type { Queryable } from './database.ts'
import { andAlso } from './filters/conditions.ts'
import { type JoinedFilters, joinedTaskRunCondition } from './filters/joined.ts'
import { type Split, splitOf } from './filters/split.ts'
import { taskRunOrder } from './filters/task-runs.ts'
import type { TaskRunRow } from './rows.ts'
import { type Sql, sql } from './sql.ts'
import { taskRunColumns } from './task-runs.ts'

export interface TaskRunSelection {
  readonly filters: JoinedFilters
  readonly sort: TaskRunSort
  readonly limit: number
  readonly offset: number
}

/** Lists of values are read value by value, for the reason that `listFlowRuns` tells. */
export async function listTaskRuns(
  db: Queryable,
  workspace_id: string,
  selection: TaskRunSelection,
): Promise<readonly TaskRunRow[]> {
  const { sort, limit, offset } = selection
  return await db.query<TaskRunRow>(sql`
    ${pageOfRuns(workspace_id, selection)}
    order by ${taskRunOrder(sort)}
    limit ${limit}
    offset ${offset}
  `)
}

function pageOfRuns(workspace_id: string, { filters, sort, limit, offset }: TaskRunSelection): Sql {
  const split = splitByValue(filters, sort)
  if (split === null) {
    return sql`select ${taskRunColumns}
      from task_run t
      where t.workspace_id = ${workspace_id}${andAlso(joinedTaskRunCondition(filters))}`
  }
  return sql`select ${taskRunColumns}
    from unnest(${split.values}) as each_value(value)
    cross join lateral (
      select ${taskRunColumns}
      from task_run t
      where t.workspace_id = ${workspace_id}
        and ${split.column} = each_value.value${andAlso(joinedTaskRunCondition(split.rest))}
      order by ${taskRunOrder(sort)}
      limit ${limit + offset}
    ) t`
}

/** The first list of values for which there is an index by expected start time. */
function splitByValue(filters: JoinedFilters, sort: TaskRunSort): Split<JoinedFilters> | null {
  const given = filters.task_runs ?? {}
  if (!sort.startsWith('EXPECTED_START_TIME') || given.operator === 'or_') return null
  const { state, flow_run_id } = given
  const byFlowRun = (): TaskRunFilter => ({ ...given, flow_run_id: null })
  const byState = (): TaskRunFilter => ({ ...given, state: { ...state, type: { ...state?.type, any_: null } } })
  return (
    (flow_run_id?.is_null_ === true
      ? null
      : splitOf(sql`t.flow_run_id`, 'uuid', flow_run_id?.any_, { ...filters, task_runs: byFlowRun() })) ??
    (state?.operator === 'or_'
      ? null
      : splitOf(sql`t.state_type`, 'text', state?.type?.any_, { ...filters, task_runs: byState() }))
  )
}

export async function countTaskRuns(db: Queryable, workspace_id: string, filters: JoinedFilters): Promise<number> {
  const [row] = await db.query<{ count: number }>(sql`
    select count(*) as count
    from task_run t
    where t.workspace_id = ${workspace_id}${andAlso(joinedTaskRunCondition(filters))}
  `)
  return row?.count ?? 0
}
