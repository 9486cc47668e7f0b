import type { AutomationFilter } from '@slipway/contract'
import { sql } from '../sql.ts'
import { allTags, anyTag, anyText, anyUuid, combined, type Condition, noTags, partOf, within } from './conditions.ts'

/** Of `automation a`. */
export function automationCondition(filter: AutomationFilter | null | undefined): Condition {
  return partOf(filter, ({ operator, id, name, created, tags }) =>
    combined(operator, [
      partOf(id, ({ any_ }) => anyUuid(sql`a.id`, any_)),
      partOf(name, ({ any_ }) => anyText(sql`a.name`, any_)),
      partOf(created, (period) => within(sql`a.created`, period)),
      partOf(tags, (given) =>
        combined(given.operator, [
          allTags(sql`a.tags`, given.all_),
          anyTag(sql`a.tags`, given.any_),
          noTags(sql`a.tags`, given.is_null_),
        ]),
      ),
    ]),
  )
}
