import type { WorkPoolFilter } from '@slipway/contract'
import { sql } from '../sql.ts'
import { anyText, anyUuid, combined, type Condition, partOf } from './conditions.ts'

/** Of `work_pool p`. */
export function workPoolCondition(filter: WorkPoolFilter | null | undefined): Condition {
  return partOf(filter, ({ operator, id, name, type }) =>
    combined(operator, [
      partOf(id, ({ any_ }) => anyUuid(sql`p.id`, any_)),
      partOf(name, ({ any_ }) => anyText(sql`p.name`, any_)),
      partOf(type, ({ any_ }) => anyText(sql`p.type`, any_)),
    ]),
  )
}
