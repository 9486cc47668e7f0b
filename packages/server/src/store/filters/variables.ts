import type { VariableFilter, VariableSort } from '@slipway/contract'
import { type Sql, sql } from '../sql.ts'
import { allTags, anyText, anyUuid, combined, type Condition, likeText, noTags } from './conditions.ts'

/** Of `variable v`. */
export function variableCondition(filter: VariableFilter | null): Condition {
  if (filter === null) return null
  const { id, name, tags } = filter
  return combined(filter.operator, [
    anyUuid(sql`v.id`, id?.any_),
    combined('and_', [anyText(sql`v.name`, name?.any_), likeText(sql`v.name`, name?.like_)]),
    combined(tags?.operator, [allTags(sql`v.tags`, tags?.all_), noTags(sql`v.tags`, tags?.is_null_)]),
  ])
}

export function variableOrder(sort: VariableSort): Sql {
  switch (sort) {
    case 'CREATED_DESC':
      return sql`v.created desc, v.id`
    case 'UPDATED_DESC':
      return sql`v.updated desc, v.id`
    case 'NAME_DESC':
      return sql`v.name desc, v.id`
    case 'NAME_ASC':
      return sql`v.name, v.id`
  }
}
