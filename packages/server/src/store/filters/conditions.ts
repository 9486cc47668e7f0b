import type { Operator, Timestamp } from '@slipway/contract'
import { empty, join, type Sql, sql } from '../sql.ts'

/** A part of a filter that says nothing is null; so is a filter all of whose parts are. */
export type Condition = Sql | null

type Given<T> = T | null | undefined

/** The parts of one filter object, joined as it asks for; `and_` unless it says otherwise. */
export function combined(operator: Given<Operator>, parts: readonly Condition[]): Condition {
  const present = parts.filter((part) => part !== null)
  if (present.length === 0) return null
  return sql`(${join(present, operator === 'or_' ? ' or ' : ' and ')})`
}

/** A part that is named but says nothing holds for every row, and with it an `or_` that it belongs to. */
export function partOf<F extends object>(filter: Given<F>, condition: (filter: F) => Condition): Condition {
  return filter === null || filter === undefined ? null : (condition(filter) ?? sql`true`)
}

/** An empty list matches nothing; an absent one is no condition. One value is compared by `=`, which ordered indexes can use. */
export function anyUuid(column: Sql, ids: Given<readonly string[]>): Condition {
  if (ids === null || ids === undefined) return null
  return ids.length === 1 ? sql`${column} = ${ids[0]}::uuid` : sql`${column} = any(${ids}::uuid[])`
}

export function anyText(column: Sql, texts: Given<readonly string[]>): Condition {
  if (texts === null || texts === undefined) return null
  return texts.length === 1 ? sql`${column} = ${texts[0]}::text` : sql`${column} = any(${texts}::text[])`
}

/** None of these. An empty list is no condition; a column that is null fits no list. */
export function notAnyUuid(column: Sql, ids: Given<readonly string[]>): Condition {
  return isNonEmpty(ids) ? sql`${column} <> all(${ids}::uuid[])` : null
}

export function notAnyText(column: Sql, texts: Given<readonly string[]>): Condition {
  return isNonEmpty(texts) ? sql`${column} <> all(${texts}::text[])` : null
}

/** Anywhere in the text, in either case. `%` and `_` are wildcards, as on a server of Prefect's. */
export function likeText(column: Sql, part: Given<string>): Condition {
  return part === null || part === undefined || part === '' ? null : sql`${column} ilike ${`%${part}%`}`
}

/** Begins with one of these, in either case. */
export function startsWithText(column: Sql, beginnings: Given<readonly string[]>): Condition {
  return isNonEmpty(beginnings) ? sql`${column} ilike any(${beginnings.map((text) => `${text}%`)}::text[])` : null
}

/** Every one of these tags. */
export function allTags(column: Sql, tags: Given<readonly string[]>): Condition {
  return isNonEmpty(tags) ? sql`${column} @> ${tags}::text[]` : null
}

/** At least one of these tags. */
export function anyTag(column: Sql, tags: Given<readonly string[]>): Condition {
  return tags === null || tags === undefined ? null : sql`${column} && ${tags}::text[]`
}

/** True: without tags. False: with some. */
export function noTags(column: Sql, isNull: Given<boolean>): Condition {
  if (isNull === null || isNull === undefined) return null
  return isNull ? sql`cardinality(${column}) = 0` : sql`cardinality(${column}) > 0`
}

export function nullness(column: Sql, isNull: Given<boolean>): Condition {
  if (isNull === null || isNull === undefined) return null
  return isNull ? sql`${column} is null` : sql`${column} is not null`
}

export function equalBoolean(column: Sql, wanted: Given<boolean>): Condition {
  return wanted === null || wanted === undefined ? null : sql`${column} = ${wanted}`
}

interface Period {
  readonly before_?: Timestamp | null
  readonly after_?: Timestamp | null
  readonly is_null_?: boolean | null
}

/** Both ends belong to it. `moment` stands in for `column` where a missing time has a substitute. */
export function within(column: Sql, { before_, after_, is_null_ }: Period, moment: Sql = column): Condition {
  return combined('and_', [
    before_ === null || before_ === undefined ? null : sql`${moment} <= ${before_}::timestamptz`,
    after_ === null || after_ === undefined ? null : sql`${moment} >= ${after_}::timestamptz`,
    nullness(column, is_null_),
  ])
}

export function betweenNumbers(
  column: Sql,
  { ge_, le_ }: { readonly ge_?: number | null; readonly le_?: number | null },
): Condition {
  return combined('and_', [
    ge_ === null || ge_ === undefined ? null : sql`${column} >= ${ge_}`,
    le_ === null || le_ === undefined ? null : sql`${column} <= ${le_}`,
  ])
}

/** ` and <condition>`, or nothing: to follow the condition on the workspace, which every statement has. */
export function andAlso(...conditions: readonly Condition[]): Sql {
  const present = conditions.filter((condition) => condition !== null)
  return present.length === 0 ? empty : sql` and ${join(present, ' and ')}`
}

function isNonEmpty<T>(list: Given<readonly T[]>): list is readonly T[] {
  return list !== null && list !== undefined && list.length > 0
}
