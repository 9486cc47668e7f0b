import type { TaskRunFilter, TaskRunSort } from '@slipway/contract'
import { type Sql, sql } from '../sql.ts'
import { allTags, anyText, anyUuid, combined, type Condition, likeText, noTags, partOf, within } from './conditions.ts'

/** Of `task_run t`. */
export function taskRunCondition(filter: TaskRunFilter | null | undefined): Condition {
  return partOf(filter, (given) =>
    combined(given.operator, [
      partOf(given.id, ({ any_ }) => anyUuid(sql`t.id`, any_)),
      partOf(given.name, ({ any_, like_ }) =>
        combined('and_', [anyText(sql`t.name`, any_), likeText(sql`t.name`, like_)]),
      ),
      partOf(given.tags, ({ operator, all_, is_null_ }) =>
        combined(operator, [allTags(sql`t.tags`, all_), noTags(sql`t.tags`, is_null_)]),
      ),
      partOf(given.state, ({ operator, type, name }) =>
        combined(operator, [
          partOf(type, ({ any_ }) => anyText(sql`t.state_type`, any_)),
          partOf(name, ({ any_ }) => anyText(sql`t.state_name`, any_)),
        ]),
      ),
      partOf(given.start_time, (period) => within(sql`t.start_time`, period)),
      partOf(given.end_time, (period) => within(sql`t.end_time`, period)),
      partOf(given.expected_start_time, (period) => within(sql`t.expected_start_time`, period)),
      partOf(given.subflow_runs, ({ exists_ }) => isSubflow(exists_)),
      partOf(given.flow_run_id, ofFlowRun),
    ]),
  )
}

function isSubflow(wanted: boolean | null | undefined): Condition {
  if (wanted === null || wanted === undefined) return null
  const exists = sql`exists (select from flow_run sr where sr.parent_task_run_id = t.id)`
  return wanted ? exists : sql`not ${exists}`
}

/** Asking for runs without a flow run outweighs a list of flow runs. */
function ofFlowRun({ any_, is_null_ }: NonNullable<TaskRunFilter['flow_run_id']>): Condition {
  if (is_null_ === true) return sql`t.flow_run_id is null`
  if (is_null_ === false && (any_ === null || any_ === undefined)) return sql`t.flow_run_id is not null`
  return anyUuid(sql`t.flow_run_id`, any_)
}

/** Missing times come first where the order is descending, as PostgreSQL has it. */
export function taskRunOrder(sort: TaskRunSort): Sql {
  switch (sort) {
    case 'ID_DESC':
      return sql`t.id desc`
    case 'EXPECTED_START_TIME_ASC':
      return sql`t.expected_start_time, t.id`
    case 'EXPECTED_START_TIME_DESC':
      return sql`t.expected_start_time desc, t.id desc`
    case 'NAME_ASC':
      return sql`t.name, t.id`
    case 'NAME_DESC':
      return sql`t.name desc, t.id`
    case 'NEXT_SCHEDULED_START_TIME_ASC':
      return sql`t.next_scheduled_start_time, t.id`
    case 'END_TIME_DESC':
      return sql`t.end_time desc, t.id desc`
  }
}
