import type { FlowFilter, FlowSort } from '@slipway/contract'
import { type Sql, sql } from '../sql.ts'
import {
  allTags,
  anyText,
  anyUuid,
  combined,
  type Condition,
  likeText,
  notAnyUuid,
  noTags,
  partOf,
} from './conditions.ts'

/** Of `flow f`. */
export function flowCondition(filter: FlowFilter | null | undefined): Condition {
  return partOf(filter, ({ operator, id, name, tags, deployment }) =>
    combined(operator, [
      partOf(id, ({ any_, not_any_ }) => combined('and_', [anyUuid(sql`f.id`, any_), notAnyUuid(sql`f.id`, not_any_)])),
      partOf(name, ({ any_, like_ }) => combined('and_', [anyText(sql`f.name`, any_), likeText(sql`f.name`, like_)])),
      partOf(tags, (given) =>
        combined(given.operator, [allTags(sql`f.tags`, given.all_), noTags(sql`f.tags`, given.is_null_)]),
      ),
      partOf(deployment, ({ is_null_ }) => withoutDeployment(is_null_)),
    ]),
  )
}

function withoutDeployment(isNull: boolean | null | undefined): Condition {
  if (isNull === null || isNull === undefined) return null
  const exists = sql`exists (select from deployment fd where fd.flow_id = f.id)`
  return isNull ? sql`not ${exists}` : exists
}

export function flowOrder(sort: FlowSort): Sql {
  switch (sort) {
    case 'CREATED_DESC':
      return sql`f.created desc, f.id desc`
    case 'UPDATED_DESC':
      return sql`f.updated desc, f.id desc`
    case 'NAME_ASC':
      return sql`f.name, f.id`
    case 'NAME_DESC':
      return sql`f.name desc, f.id`
  }
}
