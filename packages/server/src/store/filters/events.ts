import type {
  EventAnyResourceFilter,
  EventFilter,
  EventNameFilter,
  EventRelatedFilter,
  EventResourceFilter,
} from '@slipway/contract'
import { asList, pairsOf, RESOURCE_ID, RESOURCE_ROLE, splitValues } from '../../domain/events/matches.ts'
import { parseTextSearch } from '../../domain/text-search.ts'
import { join, sql, type Sql } from '../sql.ts'

type Texts = readonly string[] | null | undefined
type LabelSpecification = Readonly<Record<string, string | readonly string[]>>

/** What `matchesEventFilter` decides in memory, as conditions on `event e`. */
export function eventConditions(workspace_id: string, filter: EventFilter): readonly Sql[] {
  const { occurred, event, resource, related, any_resource, id, text } = filter
  const conditions = [sql`e.workspace_id = ${workspace_id}`]
  if (occurred?.since !== undefined) conditions.push(sql`e.occurred >= ${occurred.since}`)
  if (occurred?.until !== undefined) conditions.push(sql`e.occurred <= ${occurred.until}`)
  conditions.push(...nameConditions(event ?? {}))
  conditions.push(...resourceConditions(resource ?? {}))
  conditions.push(...asList(related).flatMap(relatedConditions))
  conditions.push(...asList(any_resource).flatMap(anyResourceConditions))
  if (isGiven(id?.id)) conditions.push(sql`e.id = any(${id.id}::uuid[])`)
  conditions.push(...textConditions(text?.query ?? ''))
  return conditions
}

function textConditions(query: string): readonly Sql[] {
  const { include, exclude, required } = parseTextSearch(query)
  const holds = (word: string) => sql`position(lower(${word}::text) in lower(e.event || ' ' || e.resource::text || ' '
    || e.related::text || ' ' || e.payload::text)) > 0`
  return [
    ...(include.length === 0 ? [] : [anyOf(include.map(holds))]),
    ...exclude.map((word) => sql`not ${holds(word)}`),
    ...required.map(holds),
  ]
}

function nameConditions({ prefix, name, exclude_prefix, exclude_name }: EventNameFilter): readonly Sql[] {
  const conditions: Sql[] = []
  if (isGiven(prefix)) conditions.push(anyOf(prefix.map((text) => startsWith(sql`e.event`, text))))
  if (isGiven(name)) conditions.push(sql`e.event = any(${name}::text[])`)
  if (isGiven(exclude_prefix)) {
    conditions.push(sql`not ${anyOf(exclude_prefix.map((text) => startsWith(sql`e.event`, text)))}`)
  }
  if (isGiven(exclude_name)) conditions.push(sql`e.event <> all(${exclude_name}::text[])`)
  return conditions
}

function resourceConditions({ id, id_prefix, labels }: EventResourceFilter): readonly Sql[] {
  const conditions = [...labelConditions(sql`e.resource`, labels ?? {})]
  if (isGiven(id)) conditions.push(likeAny(sql`e.resource_id`, id))
  if (isGiven(id_prefix)) conditions.push(anyOf(id_prefix.map((text) => startsWith(sql`e.resource_id`, text))))
  return conditions
}

/** One related resource for which all of it is true. */
function relatedConditions(filter: EventRelatedFilter): readonly Sql[] {
  const { id, role, labels } = filter
  const pairs = pairsOf(filter)
  const ofOne = [...labelConditions(sql`r.labels`, labels ?? {})]
  if (isGiven(id)) ofOne.push(likeAny(sql`r.labels ->> ${RESOURCE_ID}`, id))
  if (isGiven(role)) ofOne.push(sql`r.labels ->> ${RESOURCE_ROLE} = any(${role}::text[])`)
  if (pairs.length > 0) {
    const isPair = pairs.map(
      ([wanted, as]) => sql`(r.labels ->> ${RESOURCE_ID} = ${wanted} and r.labels ->> ${RESOURCE_ROLE} = ${as})`,
    )
    ofOne.push(anyOf(isPair))
  }
  if (ofOne.length === 0) return []
  const exists = sql`exists (select from jsonb_array_elements(e.related) r(labels) where ${join(ofOne, ' and ')})`
  const isExact = isGiven(id) && id.every((text) => !text.endsWith('*'))
  return isExact ? [sql`e.related_ids && ${id}::text[]`, exists] : [exists]
}

function anyResourceConditions({ id, id_prefix, labels }: EventAnyResourceFilter): readonly Sql[] {
  const ofOne = [...labelConditions(sql`r.labels`, labels ?? {})]
  if (isGiven(id)) ofOne.push(likeAny(sql`r.labels ->> ${RESOURCE_ID}`, id))
  if (isGiven(id_prefix)) ofOne.push(anyOf(id_prefix.map((text) => startsWith(sql`r.labels ->> ${RESOURCE_ID}`, text))))
  if (ofOne.length === 0) return []
  const exists = sql`exists (
    select from jsonb_array_elements(jsonb_build_array(e.resource) || e.related) r(labels) where ${join(ofOne, ' and ')})`
  const isExact = isGiven(id) && id.every((text) => !text.endsWith('*'))
  return isExact ? [sql`(e.resource_id = any(${id}::text[]) or e.related_ids && ${id}::text[])`, exists] : [exists]
}

function labelConditions(labels: Sql, wanted: LabelSpecification): readonly Sql[] {
  return Object.entries(wanted).flatMap(([label, values]) => {
    const { positive, negative } = splitValues(values)
    const value = sql`(${labels} ->> ${label}::text)`
    return [
      sql`${labels} ? ${label}::text`,
      ...(positive.length === 0 ? [] : [likeAny(value, positive)]),
      ...negative.map((pattern) => sql`not ${like(value, pattern)}`),
    ]
  })
}

/** A pattern that ends in `*` is a prefix, any other the whole text. */
function like(value: Sql, pattern: string): Sql {
  return pattern.endsWith('*') ? startsWith(value, pattern.slice(0, -1)) : sql`${value} = ${pattern}`
}

function likeAny(value: Sql, patterns: readonly string[]): Sql {
  return anyOf(patterns.map((pattern) => like(value, pattern)))
}

/** `like`, because only that uses the `text_pattern_ops` indexes. */
function startsWith(value: Sql, prefix: string): Sql {
  return sql`${value} like ${`${prefix.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`}`
}

function anyOf(conditions: readonly Sql[]): Sql {
  return sql`(${join(conditions, ' or ')})`
}

function isGiven(list: Texts): list is readonly [string, ...string[]] {
  return list !== null && list !== undefined && list.length > 0
}
