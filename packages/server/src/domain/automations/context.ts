import type { Json, JsonObject, Timestamp } from '@slipway/contract'
import { RESOURCE_ID, RESOURCE_NAME, RESOURCE_ROLE } from '../events/matches.ts'
import type { Labels } from './match.ts'
import type { Firing } from './trigger-state.ts'

/** An event with all that templates may ask of it. */
export interface WholeEvent {
  readonly id: string
  readonly occurred: Timestamp
  readonly received: Timestamp
  readonly event: string
  readonly resource: Labels
  readonly related: readonly Labels[]
  readonly payload: JsonObject
  readonly follows: string | null
}

/** What an action's templates are about. */
export interface Occasion {
  readonly automation: JsonObject & { readonly id: string; readonly name: string }
  readonly firing: Firing<WholeEvent>
  readonly event: WholeEvent | null
  /** Address of the pages, without a slash at its end. */
  readonly ui: string
}

/** Things that a template can name because the event is about one of the kind. */
export const NATIVE_KINDS = [
  'deployment',
  'flow',
  'flow_run',
  'task_run',
  'work_pool',
  'work_queue',
  'concurrency_limit',
] as const
export type NativeKind = (typeof NATIVE_KINDS)[number]

/** Names that templates always have; what the event's things are comes beside them. */
export function templateNames({ automation, firing, event, ui }: Occasion): JsonObject {
  const firings = allFirings(firing)
  return {
    automation: linked(automation, 'prefect.automation', ui),
    event: event === null ? null : eventNames(event, ui),
    labels: nested(firing.triggering_labels),
    firing: firingNames(firing, ui),
    firings: firings.map((each) => firingNames(each, ui)),
    events: firings.flatMap(({ triggering_event }) =>
      triggering_event === null ? [] : [eventNames(triggering_event, ui)],
    ),
  }
}

/** Kinds that one of the texts may mean; naming one too many costs a read. */
export function mentionedKinds(templates: readonly string[]): readonly (NativeKind | 'variables')[] {
  return ([...NATIVE_KINDS, 'variables'] as const).filter((kind) => {
    const word = new RegExp(`\\b${kind}\\b`)
    return templates.some((template) => word.test(template))
  })
}

/** The first resource of a kind that the event is about, with the id of the thing. */
export function findResource(
  event: WholeEvent | null,
  kind: string,
): { readonly id: string; readonly labels: Labels } | null {
  if (event === null) return null
  for (const labels of [event.resource, ...event.related]) {
    const id = objectId(labels[RESOURCE_ID] ?? '', kind)
    if (id !== null) return { id, labels }
  }
  return null
}

/** `prefect.flow-run.<id>` is the flow run of that id. */
export function objectId(resource_id: string, kind: string): string | null {
  const dot = resource_id.lastIndexOf('.')
  return dot !== -1 && resource_id.slice(0, dot) === kind ? resource_id.slice(dot + 1) : null
}

export function resourceKind(kind: NativeKind): string {
  return `prefect.${kind.replace('_', '-')}`
}

/** A thing as templates see it: with the addresses of its pages; a run in the state that the event tells of. */
export function nativeNames(kind: NativeKind, object: JsonObject, labels: Labels, ui: string): JsonObject {
  const shown = linked(object, resourceKind(kind), ui)
  if (kind !== 'flow_run' && kind !== 'task_run') return shown
  const [type, name, message, timestamp] = ['type', 'name', 'message', 'timestamp'].map(
    (field) => labels[`prefect.state-${field}`],
  )
  if (type === undefined || name === undefined || timestamp === undefined) return shown
  return { ...shown, state: { type, name, message: message ?? '', timestamp }, state_type: type, state_name: name }
}

function linked(object: JsonObject, kind: string, ui: string): JsonObject {
  const [id, name] = [object['id'], object['name']].map((value) => (typeof value === 'string' ? value : ''))
  const path = pageOf(kind, id ?? '', name ?? '')
  return {
    ...object,
    ...(path === null ? {} : { ui_url: `${ui}/${path}` }),
    ui_resource_events_url: `${ui}/events?resource=${kind}.${id ?? ''}`,
  }
}

function pageOf(kind: string, id: string, name: string): string | null {
  switch (kind) {
    case 'prefect.flow-run':
      return `runs/flow-run/${id}`
    case 'prefect.task-run':
      return `runs/task-run/${id}`
    case 'prefect.flow':
      return `flows/flow/${id}`
    case 'prefect.deployment':
      return `deployments/deployment/${id}`
    case 'prefect.work-pool':
      return name === '' ? null : `work-pools/work-pool/${encodeURIComponent(name)}`
    case 'prefect.work-queue':
      return `work-queues/work-queue/${id}`
    case 'prefect.automation':
      return `automations/automation/${id}`
    case 'prefect.concurrency-limit':
      return `concurrency-limits/concurrency-limit/${id}`
    case 'prefect.block-document':
      return `blocks/block/${id}`
    default:
      return null
  }
}

function eventNames(event: WholeEvent, ui: string): JsonObject {
  const related = event.related.map((labels) => resourceNames(labels, ui))
  const resource = resourceNames(event.resource, ui)
  const byRole = new Map<string, JsonObject[]>()
  for (const [index, labels] of event.related.entries()) {
    const role = labels[RESOURCE_ROLE] ?? ''
    byRole.set(role, [...(byRole.get(role) ?? []), related[index] ?? {}])
  }
  const { id, occurred, received, event: name, payload, follows } = event
  return {
    id,
    occurred,
    received,
    event: name,
    resource,
    related,
    payload,
    follows,
    involved_resources: [resource, ...related],
    resource_in_role: Object.fromEntries([...byRole].map(([role, resources]) => [role, resources[0] ?? null])),
    resources_in_role: Object.fromEntries(byRole),
    ui_url: `${ui}/events/event/${occurred.slice(0, 10)}/${id}`,
    url: `${ui}/events/event/${occurred.slice(0, 10)}/${id}`,
  }
}

function resourceNames(labels: Labels, ui: string): JsonObject {
  const resource_id = labels[RESOURCE_ID] ?? ''
  const dot = resource_id.lastIndexOf('.')
  const name = labels[RESOURCE_NAME] ?? null
  const path = pageOf(resource_id.slice(0, Math.max(dot, 0)), resource_id.slice(dot + 1), name ?? '')
  return {
    ...labels,
    id: resource_id,
    name,
    role: labels[RESOURCE_ROLE] ?? null,
    labels: nested(labels),
    ui_resource_events_url: `${ui}/events?resource=${resource_id}`,
    ...(path === null ? {} : { ui_url: `${ui}/${path}` }),
  }
}

function firingNames(firing: Firing<WholeEvent>, ui: string): JsonObject {
  const { id, trigger_id, triggered, triggering_labels, triggering_event } = firing
  return {
    id,
    trigger: { id: trigger_id },
    trigger_states: ['Triggered'],
    triggered,
    triggering_labels: { ...triggering_labels },
    triggering_event: triggering_event === null ? null : eventNames(triggering_event, ui),
    triggering_firings: firing.triggering_firings.map((each) => firingNames(each, ui)),
    triggering_value: null,
  }
}

function allFirings(firing: Firing<WholeEvent>): readonly Firing<WholeEvent>[] {
  return [firing, ...firing.triggering_firings.flatMap(allFirings)]
}

/** `labels.prefect.resource.id` as well as `labels['prefect.resource.id']`. */
function nested(labels: Labels): JsonObject {
  const root = new Map<string, Json | Tree>()
  for (const [label, value] of Object.entries(labels)) {
    let place: Tree = root
    const parts = label.split('.')
    for (const part of parts.slice(0, -1)) {
      const next = place.get(part)
      const deeper: Tree = next instanceof Map ? next : new Map<string, Json | Tree>()
      place.set(part, deeper)
      place = deeper
    }
    const last = parts.at(-1) ?? ''
    if (!place.has(last)) place.set(last, value)
  }
  return { ...plain(root), ...labels }
}

type Tree = Map<string, Json | Tree>

function plain(tree: Tree): JsonObject {
  return Object.fromEntries([...tree].map(([key, value]) => [key, value instanceof Map ? plain(value) : value]))
}
