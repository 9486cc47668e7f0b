import type { WorkQueueFilter } from '@slipway/contract'
import { sql } from '../sql.ts'
import { anyText, anyUuid, combined, type Condition, partOf, startsWithText } from './conditions.ts'

/** Of `work_queue q`. */
export function workQueueCondition(filter: WorkQueueFilter | null | undefined): Condition {
  return partOf(filter, ({ operator, id, name }) =>
    combined(operator, [
      partOf(id, ({ any_ }) => anyUuid(sql`q.id`, any_)),
      partOf(name, ({ any_, startswith_ }) =>
        combined('and_', [anyText(sql`q.name`, any_), startsWithText(sql`q.name`, startswith_)]),
      ),
    ]),
  )
}
