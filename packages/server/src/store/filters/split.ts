import { raw, type Sql, sql } from '../sql.ts'

/** A list of values of which each is read on its own, in order, before the pages are merged. */
export interface Split<Filters> {
  readonly column: Sql
  /** An SQL array. */
  readonly values: Sql
  /** All other conditions. */
  readonly rest: Filters
}

/** More values than that cost more than walking. */
const MOST_VALUES = 9

/** Null when the list is not worth it. */
export function splitOf<Filters>(
  column: Sql,
  type: 'text' | 'uuid',
  values: readonly string[] | null | undefined,
  rest: Filters,
): Split<Filters> | null {
  if (values === null || values === undefined) return null
  const distinct = [...new Set(values)]
  if (distinct.length < 2 || distinct.length > MOST_VALUES) return null
  return { column, values: sql`${distinct}::${raw(type)}[]`, rest }
}
