import type { FlowRunFilter, FlowRunSort } from '@slipway/contract'
import { type Sql, sql } from '../sql.ts'
import {
  allTags,
  anyTag,
  anyText,
  anyUuid,
  combined,
  type Condition,
  likeText,
  notAnyText,
  notAnyUuid,
  noTags,
  nullness,
  partOf,
  within,
} from './conditions.ts'

/** When a run started, or when it should: the time by which people look for runs. */
const startedOrExpected = sql`coalesce(r.start_time, r.expected_start_time)`

/** Of `flow_run r`. */
export function flowRunCondition(filter: FlowRunFilter | null | undefined): Condition {
  return partOf(filter, (given) =>
    combined(given.operator, [...identityConditions(given), ...placeConditions(given), ...timeConditions(given)]),
  )
}

function identityConditions({ id, name, tags, flow_version, idempotency_key, created_by }: FlowRunFilter): Condition[] {
  return [
    partOf(id, ({ any_, not_any_ }) => combined('and_', [anyUuid(sql`r.id`, any_), notAnyUuid(sql`r.id`, not_any_)])),
    partOf(name, ({ any_, like_ }) => combined('and_', [anyText(sql`r.name`, any_), likeText(sql`r.name`, like_)])),
    partOf(tags, ({ operator, all_, any_, is_null_ }) =>
      combined(operator, [allTags(sql`r.tags`, all_), anyTag(sql`r.tags`, any_), noTags(sql`r.tags`, is_null_)]),
    ),
    partOf(flow_version, ({ any_ }) => anyText(sql`r.flow_version`, any_)),
    partOf(idempotency_key, ({ any_, not_any_ }) =>
      combined('and_', [anyText(sql`r.idempotency_key`, any_), notAnyText(sql`r.idempotency_key`, not_any_)]),
    ),
    partOf(created_by, ({ operator, id_, type_, is_null_ }) =>
      combined(operator, [
        anyText(sql`(r.created_by ->> 'id')`, id_),
        anyText(sql`(r.created_by ->> 'type')`, type_),
        nullness(sql`r.created_by`, is_null_),
      ]),
    ),
  ]
}

function placeConditions({
  deployment_id,
  work_queue_name,
  parent_flow_run_id,
  parent_task_run_id,
}: FlowRunFilter): Condition[] {
  return [
    partOf(deployment_id, ({ operator, any_, is_null_ }) =>
      combined(operator, [anyUuid(sql`r.deployment_id`, any_), nullness(sql`r.deployment_id`, is_null_)]),
    ),
    partOf(work_queue_name, ({ operator, any_, is_null_ }) =>
      combined(operator, [anyText(sql`r.work_queue_name`, any_), nullness(sql`r.work_queue_name`, is_null_)]),
    ),
    partOf(parent_flow_run_id, ({ any_ }) => {
      const parent = anyUuid(sql`pt.flow_run_id`, any_)
      return parent === null
        ? null
        : sql`exists (select from task_run pt where pt.id = r.parent_task_run_id and ${parent})`
    }),
    partOf(parent_task_run_id, ({ operator, any_, is_null_ }) =>
      combined(operator, [anyUuid(sql`r.parent_task_run_id`, any_), nullness(sql`r.parent_task_run_id`, is_null_)]),
    ),
  ]
}

function timeConditions(filter: FlowRunFilter): Condition[] {
  const { state, start_time, end_time, expected_start_time, next_scheduled_start_time } = filter
  return [
    partOf(state, ({ operator, type, name }) =>
      combined(operator, [
        partOf(type, ({ any_, not_any_ }) =>
          combined('and_', [anyText(sql`r.state_type`, any_), notAnyText(sql`r.state_type`, not_any_)]),
        ),
        partOf(name, ({ any_, not_any_ }) =>
          combined('and_', [anyText(sql`r.state_name`, any_), notAnyText(sql`r.state_name`, not_any_)]),
        ),
      ]),
    ),
    partOf(start_time, (period) => within(sql`r.start_time`, period, startedOrExpected)),
    partOf(end_time, (period) => within(sql`r.end_time`, period)),
    partOf(expected_start_time, (period) => within(sql`r.expected_start_time`, period)),
    partOf(next_scheduled_start_time, (period) => within(sql`r.next_scheduled_start_time`, period)),
  ]
}

/** Missing times come first where the order is descending, as PostgreSQL has it. */
export function flowRunOrder(sort: FlowRunSort): Sql {
  switch (sort) {
    case 'ID_DESC':
      return sql`r.id desc`
    case 'START_TIME_ASC':
      return sql`${startedOrExpected}, r.id`
    case 'START_TIME_DESC':
      return sql`${startedOrExpected} desc, r.id desc`
    case 'EXPECTED_START_TIME_ASC':
      return sql`r.expected_start_time, r.id`
    case 'EXPECTED_START_TIME_DESC':
      return sql`r.expected_start_time desc, r.id desc`
    case 'NAME_ASC':
      return sql`r.name, r.id`
    case 'NAME_DESC':
      return sql`r.name desc, r.id`
    case 'NEXT_SCHEDULED_START_TIME_ASC':
      return sql`r.next_scheduled_start_time, r.id`
    case 'END_TIME_DESC':
      return sql`r.end_time desc, r.id desc`
  }
}
