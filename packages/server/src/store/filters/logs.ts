import type { LogFilter, LogSort } from '@slipway/contract'
import { parseTextSearch } from '../../domain/text-search.ts'
import { type Sql, sql } from '../sql.ts'
import { anyUuid, betweenNumbers, combined, type Condition, nullness, partOf, within } from './conditions.ts'

/** Of `log l`. */
export function logCondition(filter: LogFilter | null | undefined): Condition {
  return partOf(filter, (given) =>
    combined(given.operator, [
      partOf(given.level, (range) => betweenNumbers(sql`l.level`, range)),
      partOf(given.timestamp, (period) => within(sql`l.timestamp`, period)),
      partOf(given.flow_run_id, ({ any_ }) => anyUuid(sql`l.flow_run_id`, any_)),
      partOf(given.task_run_id, ({ any_, is_null_ }) =>
        combined('and_', [anyUuid(sql`l.task_run_id`, any_), nullness(sql`l.task_run_id`, is_null_)]),
      ),
      ...textConditions(given.text?.query ?? ''),
    ]),
  )
}

/** Of several, because an `or_` joins even these. */
function textConditions(query: string): Condition[] {
  const { include, exclude, required } = parseTextSearch(query)
  const holds = (word: string) => sql`position(lower(${word}::text) in lower(l.message || ' ' || l.name)) > 0`
  return [
    combined('or_', include.map(holds)),
    combined(
      'and_',
      exclude.map((word) => sql`not ${holds(word)}`),
    ),
    combined('and_', required.map(holds)),
  ]
}

/** Lines of one moment keep the order in which they arrived. */
export function logOrder(sort: LogSort): Sql {
  return sort === 'TIMESTAMP_ASC' ? sql`l.timestamp, l.seq` : sql`l.timestamp desc, l.seq desc`
}
