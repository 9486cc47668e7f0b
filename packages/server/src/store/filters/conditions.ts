import type { Operator } from '@slipway/contract'
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

/** An empty list matches nothing; an absent one is no condition. */
export function anyUuid(column: Sql, ids: Given<readonly string[]>): Condition {
  return ids === null || ids === undefined ? null : sql`${column} = any(${ids}::uuid[])`
}

export function anyText(column: Sql, texts: Given<readonly string[]>): Condition {
  return texts === null || texts === undefined ? null : sql`${column} = any(${texts}::text[])`
}

/** Anywhere in the text, in either case. `%` and `_` are wildcards, as on a server of Prefect's. */
export function likeText(column: Sql, part: Given<string>): Condition {
  return part === null || part === undefined ? null : sql`${column} ilike ${`%${part}%`}`
}

/** Every one of these tags. */
export function allTags(column: Sql, tags: Given<readonly string[]>): Condition {
  return tags === null || tags === undefined ? null : sql`${column} @> ${tags}::text[]`
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

/** ` and <condition>`, or nothing: to follow the condition on the workspace, which every statement has. */
export function andAlso(condition: Condition): Sql {
  return condition === null ? empty : sql` and ${condition}`
}
