import type { DeploymentFilter, DeploymentSort } from '@slipway/contract'
import { type Sql, sql } from '../sql.ts'
import {
  allTags,
  anyTag,
  anyText,
  anyUuid,
  combined,
  type Condition,
  equalBoolean,
  likeText,
  notAnyUuid,
  noTags,
  partOf,
} from './conditions.ts'

/** Of `deployment d`. `concurrency_limit` is accepted and says nothing: the column that it meant is long gone. */
export function deploymentCondition(filter: DeploymentFilter | null | undefined): Condition {
  return partOf(filter, (given) =>
    combined(given.operator, [
      partOf(given.id, ({ any_, not_any_ }) =>
        combined('and_', [anyUuid(sql`d.id`, any_), notAnyUuid(sql`d.id`, not_any_)]),
      ),
      partOf(given.name, ({ any_, like_ }) =>
        combined('and_', [anyText(sql`d.name`, any_), likeText(sql`d.name`, like_)]),
      ),
      partOf(given.flow_or_deployment_name, ({ like_ }) =>
        combined('or_', [likeText(sql`d.name`, like_), flowNameLike(like_)]),
      ),
      partOf(given.paused, ({ eq_ }) => equalBoolean(sql`d.paused`, eq_)),
      partOf(given.tags, ({ operator, all_, any_, is_null_ }) =>
        combined(operator, [allTags(sql`d.tags`, all_), anyTag(sql`d.tags`, any_), noTags(sql`d.tags`, is_null_)]),
      ),
      partOf(given.work_queue_name, ({ any_ }) => anyText(sql`d.work_queue_name`, any_)),
    ]),
  )
}

function flowNameLike(part: string | null | undefined): Condition {
  const condition = likeText(sql`df.name`, part)
  return condition === null ? null : sql`exists (select from flow df where df.id = d.flow_id and ${condition})`
}

export function deploymentOrder(sort: DeploymentSort): Sql {
  switch (sort) {
    case 'CREATED_DESC':
      return sql`d.created desc, d.id desc`
    case 'UPDATED_DESC':
      return sql`d.updated desc, d.id desc`
    case 'NAME_ASC':
      return sql`d.name, d.id`
    case 'NAME_DESC':
      return sql`d.name desc, d.id`
  }
}
