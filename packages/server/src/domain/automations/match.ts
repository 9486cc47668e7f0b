import type { EventTrigger, ResourceSpecification, Timestamp } from '@slipway/contract'
import { asList, RESOURCE_ROLE } from '../events/matches.ts'
import { matchesGlob } from './glob.ts'

export type Labels = Readonly<Record<string, string>>

/** What triggers look at in an event. */
export interface SeenEvent {
  readonly id: string
  readonly occurred: Timestamp
  readonly event: string
  readonly resource: Labels
  readonly related: readonly Labels[]
}

/** Whether an event may change anything for a trigger. */
export function concerns(trigger: EventTrigger, event: SeenEvent): boolean {
  return (expects(trigger, event.event) || startsAfter(trigger, event.event)) && coversResources(trigger, event)
}

/** A trigger that expects nothing in particular takes every event. */
export function expects(trigger: EventTrigger, name: string): boolean {
  const { expect = [] } = trigger
  return expect.length === 0 || expect.some((pattern) => matchesName(pattern, name))
}

export function startsAfter(trigger: EventTrigger, name: string): boolean {
  return (trigger.after ?? []).some((pattern) => matchesName(pattern, name))
}

/** In names of events only `*` is special. */
function matchesName(pattern: string, name: string): boolean {
  return matchesGlob(pattern.replaceAll(/[?[]/g, '[$&]'), name)
}

/** Values of the labels in `for_each`, in the order of the labels' names: each combination is watched by itself. */
export function bucketingKey(trigger: EventTrigger, event: SeenEvent): readonly string[] {
  return forEachLabels(trigger).map((label) => labelOf(event, label) ?? '')
}

export function forEachLabels(trigger: EventTrigger): readonly string[] {
  return [...new Set(trigger.for_each ?? [])].sort()
}

function coversResources(trigger: EventTrigger, event: SeenEvent): boolean {
  if (!includes(trigger.match ?? {}, [event.resource])) return false
  return asList<ResourceSpecification>(trigger.match_related).every((wanted) => includes(wanted, event.related))
}

function includes(wanted: ResourceSpecification, candidates: readonly Labels[]): boolean {
  return Object.keys(wanted).length === 0 || candidates.some((labels) => matchesSpecification(wanted, labels))
}

/** Every label must have one of its values. Unlike in event filters, a negation is one value among the others. */
function matchesSpecification(wanted: ResourceSpecification, labels: Labels): boolean {
  return Object.entries(wanted).every(([label, values]) => {
    const value = Object.hasOwn(labels, label) ? labels[label] : undefined
    return value !== undefined && asList<string>(values).some((pattern) => matchesValue(pattern, value))
  })
}

function matchesValue(pattern: string, value: string): boolean {
  return pattern.startsWith('!') ? !matchesGlob(pattern.slice(1), value) : matchesGlob(pattern, value)
}

const RELATED = /^related:([^:]*):(.*)$/s

/** `related:flow:prefect.resource.id` is that label of the first related resource in the role `flow`. */
function labelOf(event: SeenEvent, label: string): string | undefined {
  const [, role, name] = RELATED.exec(label) ?? []
  if (role === undefined || name === undefined) return event.resource[label]
  return event.related.find((labels) => labels[RESOURCE_ROLE] === role)?.[name]
}
