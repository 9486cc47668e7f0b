import sqlTag, { empty, join, raw, type Sql } from 'sql-template-tag'

/** Statements are composed of these only: a value becomes a parameter, never text. `raw` takes literals of ours, never input. */
export { empty, join, raw, sqlTag as sql }
export type { Sql }

type JsonParameter = object | string | number | boolean | null

/** A JSON parameter. `null` is JSON's null; for a column that is SQL-null when there is nothing, use `jsonOrNull`. */
export function json(value: JsonParameter): Sql {
  return sqlTag`${JSON.stringify(value)}::json`
}

export function jsonOrNull(value: JsonParameter): Sql {
  return sqlTag`${value === null ? null : JSON.stringify(value)}::json`
}

/** ` where a and b`, or nothing when there are no conditions. */
export function where(conditions: readonly Sql[]): Sql {
  return conditions.length === 0 ? empty : join(conditions, ' and ', ' where ')
}
