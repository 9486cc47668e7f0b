import type { WorkerFilter } from '@slipway/contract'
import { sql } from '../sql.ts'
import { anyText, combined, type Condition, notAnyText, partOf, within } from './conditions.ts'

/** Of `worker w`. */
export function workerCondition(filter: WorkerFilter | null | undefined): Condition {
  return partOf(filter, ({ operator, last_heartbeat_time, status }) =>
    combined(operator, [
      partOf(last_heartbeat_time, (period) => within(sql`w.last_heartbeat_time`, period)),
      partOf(status, ({ any_, not_any_ }) =>
        combined('and_', [anyText(sql`w.status`, any_), notAnyText(sql`w.status`, not_any_)]),
      ),
    ]),
  )
}
