import type {
  EventAnyResourceFilter,
  EventFilter,
  EventNameFilter,
  EventRelatedFilter,
  EventResourceFilter,
  JsonObject,
  Timestamp,
} from '@slipway/contract'
import { parseTextSearch } from '../text-search.ts'

export interface MatchableEvent {
  readonly id: string
  readonly occurred: Timestamp
  readonly event: string
  readonly resource: Labels
  readonly related: readonly Labels[]
  readonly payload: JsonObject
}

type Labels = Readonly<Record<string, string>>
type LabelSpecification = Readonly<Record<string, string | readonly string[]>>

export const RESOURCE_ID = 'prefect.resource.id'
export const RESOURCE_ROLE = 'prefect.resource.role'
export const RESOURCE_NAME = 'prefect.resource.name'

/**
 * Whether a subscriber wants an event: the same meaning as the SQL of `store/filters/events.ts`. Members are joined by
 * and; what is absent, null or an empty list says nothing. `order` and `distinct` are about lists and mean nothing here.
 */
export function matchesEventFilter(filter: EventFilter, event: MatchableEvent): boolean {
  return (
    isWithin(filter, event.occurred) &&
    matchesName(filter.event ?? {}, event.event) &&
    matchesResource(filter.resource ?? {}, event.resource) &&
    asList(filter.related).every((wanted) => matchesRelated(wanted, event.related)) &&
    asList(filter.any_resource).every((wanted) => matchesAnyResource(wanted, event)) &&
    isOneOf(filter.id?.id, event.id) &&
    matchesText(filter, event)
  )
}

export function asList<T>(value: T | readonly T[] | null | undefined): readonly T[] {
  if (value === null || value === undefined) return []
  // A list is never itself an item of these lists.
  return Array.isArray(value) ? (value as readonly T[]) : [value as T]
}

function isWithin({ occurred }: EventFilter, moment: Timestamp): boolean {
  if (occurred?.since !== undefined && moment < occurred.since) return false
  return occurred?.until === undefined || moment <= occurred.until
}

function matchesName(wanted: EventNameFilter, name: string): boolean {
  return (
    startsWithOneOf(wanted.prefix, name) &&
    isOneOf(wanted.name, name) &&
    !(wanted.exclude_prefix ?? []).some((prefix) => name.startsWith(prefix)) &&
    !(wanted.exclude_name ?? []).includes(name)
  )
}

function matchesResource(wanted: EventResourceFilter, labels: Labels): boolean {
  const id = labels[RESOURCE_ID] ?? ''
  return (
    isLikeOneOf(wanted.id, id) && startsWithOneOf(wanted.id_prefix, id) && matchesLabels(wanted.labels ?? {}, labels)
  )
}

/** All that one filter says must be true of one and the same resource. */
function matchesRelated(wanted: EventRelatedFilter, related: readonly Labels[]): boolean {
  const pairs = pairsOf(wanted)
  if (isEmpty(wanted.id) && isEmpty(wanted.role) && pairs.length === 0 && isNothing(wanted.labels)) return true
  return related.some((labels) => {
    const id = labels[RESOURCE_ID] ?? ''
    const role = labels[RESOURCE_ROLE] ?? ''
    return (
      isLikeOneOf(wanted.id, id) &&
      isOneOf(wanted.role, role) &&
      (pairs.length === 0 || pairs.some(([wantedId, wantedRole]) => wantedId === id && wantedRole === role)) &&
      matchesLabels(wanted.labels ?? {}, labels)
    )
  })
}

function matchesAnyResource(wanted: EventAnyResourceFilter, { resource, related }: MatchableEvent): boolean {
  return [resource, ...related].some((labels) => matchesResource(wanted, labels))
}

/** `resources_in_roles` as pairs of id and role; what is no such pair cannot match and is left out. */
export function pairsOf({ resources_in_roles }: EventRelatedFilter): readonly (readonly [string, string])[] {
  return (resources_in_roles ?? []).flatMap(([id, role]) =>
    typeof id === 'string' && typeof role === 'string' ? [[id, role] as const] : [],
  )
}

/** A label that is not there matches nothing, not even a negation. */
function matchesLabels(wanted: LabelSpecification, labels: Labels): boolean {
  return Object.entries(wanted).every(([label, values]) => {
    const value = labels[label]
    if (value === undefined) return false
    const { positive, negative } = splitValues(values)
    return (positive.length === 0 || isLikeOneOf(positive, value)) && !negative.some((text) => isLike(text, value))
  })
}

export function splitValues(values: string | readonly string[]): {
  readonly positive: readonly string[]
  readonly negative: readonly string[]
} {
  const list = typeof values === 'string' ? [values] : values
  return {
    positive: list.filter((text) => !text.startsWith('!')),
    negative: list.filter((text) => text.startsWith('!')).map((text) => text.slice(1)),
  }
}

function isLike(pattern: string, value: string): boolean {
  return pattern.endsWith('*') ? value.startsWith(pattern.slice(0, -1)) : value === pattern
}

function isLikeOneOf(patterns: readonly string[] | null | undefined, value: string): boolean {
  return isEmpty(patterns) || patterns.some((pattern) => isLike(pattern, value))
}

function startsWithOneOf(prefixes: readonly string[] | null | undefined, value: string): boolean {
  return isEmpty(prefixes) || prefixes.some((prefix) => value.startsWith(prefix))
}

function isOneOf(values: readonly string[] | null | undefined, value: string): boolean {
  return isEmpty(values) || values.includes(value)
}

function isEmpty(list: readonly unknown[] | null | undefined): list is null | undefined | readonly [] {
  return list === null || list === undefined || list.length === 0
}

function isNothing(labels: LabelSpecification | null | undefined): boolean {
  return labels === null || labels === undefined || Object.keys(labels).length === 0
}

function matchesText({ text }: EventFilter, event: MatchableEvent): boolean {
  const { include, exclude, required } = parseTextSearch(text?.query ?? '')
  if (include.length + exclude.length + required.length === 0) return true
  const { event: name, resource, related, payload } = event
  const searched = [name, ...[resource, related, payload].map((part) => JSON.stringify(part))].join(' ').toLowerCase()
  const holds = (word: string) => searched.includes(word.toLowerCase())
  return (include.length === 0 || include.some(holds)) && !exclude.some(holds) && required.every(holds)
}
