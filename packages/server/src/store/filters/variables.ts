import type { VariableFilter, VariableSort } from '@slipway/contract'
import { type Sql, sql } from '../sql.ts'
import { allTags, anyText, anyUuid, combined, type Condition, likeText, noTags, partOf } from './conditions.ts'

/** Of `variable v`. */
export function variableCondition(filter: VariableFilter | null | undefined): Condition {
  return partOf(filter, ({ operator, id, name, tags }) =>
    combined(operator, [
      partOf(id, ({ any_ }) => anyUuid(sql`v.id`, any_)),
      partOf(name, ({ any_, like_ }) => combined('and_', [anyText(sql`v.name`, any_), likeText(sql`v.name`, like_)])),
      partOf(tags, (given) =>
        combined(given.operator, [allTags(sql`v.tags`, given.all_), noTags(sql`v.tags`, given.is_null_)]),
      ),
    ]),
  )
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
