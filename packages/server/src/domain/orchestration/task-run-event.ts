import { type Json, type JsonObject, type Timestamp, parseTimestamp, toPlain } from '@slipway/contract'
import { isJsonObject } from '../json-object.ts'
import { NO_DETAILS, proposeState } from './proposal.ts'
import { STATE_TYPES, type State, type StateDetails, type StateType } from './verdict.ts'

const PREFIX = 'prefect.task-run.'
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
/** `timedelta` as ISO 8601, which some clients send: PT1M2.5S. */
const DURATION = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?$/

/** An event as it came over the wire. */
export interface TaskRunEvent {
  readonly id: string
  readonly occurred: Timestamp
  readonly event: string
  readonly resource: Readonly<Record<string, string>>
  readonly related: readonly Readonly<Record<string, string>>[]
  readonly payload: JsonObject
}

/** Columns of a task run that an event may carry; only those that are present are to be written. */
export interface TaskRunColumns {
  readonly name?: string
  readonly task_key?: string
  readonly dynamic_key?: string
  readonly cache_key?: string | null
  readonly cache_expiration?: Timestamp | null
  readonly task_version?: string | null
  readonly empirical_policy?: JsonObject
  readonly tags?: readonly string[]
  readonly labels?: JsonObject
  readonly task_inputs?: JsonObject
  readonly run_count?: number
  readonly flow_run_run_count?: number
  readonly expected_start_time?: Timestamp | null
  readonly next_scheduled_start_time?: Timestamp | null
  readonly start_time?: Timestamp | null
  readonly end_time?: Timestamp | null
  readonly total_run_time?: number
}

export interface RecordedTaskRun {
  readonly id: string
  readonly flow_run_id: string | null
  readonly columns: TaskRunColumns & { readonly task_key: string; readonly dynamic_key: string }
  /** Its id is the event's id, its time the event's time: the event is the only record of it. */
  readonly state: State
}

export type TaskRunEventReading =
  | { readonly kind: 'recorded'; readonly task_run: RecordedTaskRun }
  /** No event of a task that a client orchestrates. */
  | { readonly kind: 'ignored' }
  | { readonly kind: 'malformed'; readonly reason: string }

/** What an event says about a task run. Whatever a client may have put into it, this never throws. */
export function readTaskRunEvent(event: TaskRunEvent): TaskRunEventReading {
  if (!event.event.startsWith(PREFIX) || event.resource['prefect.orchestration'] !== 'client')
    return { kind: 'ignored' }
  const id = uuidAfter(PREFIX, event.resource['prefect.resource.id'])
  if (id === null) return malformed('the resource id names no task run')
  const flow_run = event.related.find((resource) => resource['prefect.resource.role'] === 'flow-run')
  const flow_run_id = uuidAfter('prefect.flow-run.', flow_run?.['prefect.resource.id'])
  if (flow_run !== undefined && flow_run_id === null) return malformed('the related flow run has no id')
  const { task_run, validated_state } = event.payload
  if (!isJsonObject(task_run)) return malformed('payload.task_run is no object')
  if (!isJsonObject(validated_state)) return malformed('payload.validated_state is no object')
  const state = stateOf(event, validated_state, { task_run_id: id, flow_run_id })
  if (state === null) return malformed('payload.validated_state.type is no state type')
  const columns = columnsOf(task_run)
  const { task_key, dynamic_key } = columns
  if (task_key === undefined || dynamic_key === undefined)
    return malformed('payload.task_run has no task_key or dynamic_key')
  return { kind: 'recorded', task_run: { id, flow_run_id, columns: { ...columns, task_key, dynamic_key }, state } }
}

/** The row of a task run follows only its newest state; older ones that arrive late are kept as history alone. */
export function isNewerState(stored: Timestamp | null, incoming: Timestamp): boolean {
  return stored === null || incoming > stored
}

function stateOf(event: TaskRunEvent, json: JsonObject, ids: Partial<StateDetails>): State | null {
  const type = STATE_TYPES.find((known) => known === json['type'])
  if (type === undefined) return null
  const details = isJsonObject(json['state_details']) ? json['state_details'] : {}
  const proposed = proposeState(
    {
      type,
      name: textOf(json['name']),
      message: textOf(json['message']),
      data: json['data'] ?? null,
      state_details: { ...detailsOf(details, type, event.occurred), ...ids },
    },
    event.occurred,
  )
  return {
    id: event.id,
    type,
    name: proposed.name,
    timestamp: event.occurred,
    message: proposed.message,
    data: proposed.data,
    state_details: proposed.state_details,
  }
}

/** Every key with a value of its own kind; what is of another kind counts as not said. */
function detailsOf(json: JsonObject, type: StateType, occurred: Timestamp): StateDetails {
  const text = (key: string) => textOf(json[key])
  const time = (key: string) => timeOf(json[key])
  const flag = (key: string) => (typeof json[key] === 'boolean' ? json[key] : null)
  return {
    ...NO_DETAILS,
    child_flow_run_id: text('child_flow_run_id'),
    scheduled_time: time('scheduled_time') ?? (type === 'SCHEDULED' ? occurred : null),
    cache_key: text('cache_key'),
    cache_expiration: time('cache_expiration'),
    deferred: flag('deferred') ?? false,
    untrackable_result: flag('untrackable_result') ?? false,
    pause_timeout: time('pause_timeout'),
    pause_reschedule: flag('pause_reschedule') ?? false,
    pause_key: text('pause_key'),
    run_input_keyset: textMapOf(json['run_input_keyset']),
    refresh_cache: flag('refresh_cache'),
    retriable: flag('retriable'),
    transition_id: text('transition_id'),
    task_parameters_id: text('task_parameters_id'),
    traceparent: text('traceparent'),
    deployment_concurrency_lease_id: text('deployment_concurrency_lease_id'),
  }
}

function columnsOf(json: JsonObject): TaskRunColumns {
  return {
    ...present('name', textOf(json['name'])),
    ...present('task_key', textOf(json['task_key'])),
    ...present('dynamic_key', keyOf(json['dynamic_key'])),
    ...nullable(json, 'cache_key', textOf),
    ...nullable(json, 'cache_expiration', timeOf),
    ...nullable(json, 'task_version', textOf),
    ...present('empirical_policy', objectOf(json['empirical_policy'])),
    ...present('tags', tagsOf(json['tags'])),
    ...present('labels', objectOf(json['labels'])),
    ...present('task_inputs', objectOf(json['task_inputs'])),
    ...present('run_count', countOf(json['run_count'])),
    ...present('flow_run_run_count', countOf(json['flow_run_run_count'])),
    ...nullable(json, 'expected_start_time', timeOf),
    ...nullable(json, 'next_scheduled_start_time', timeOf),
    ...nullable(json, 'start_time', timeOf),
    ...nullable(json, 'end_time', timeOf),
    ...present('total_run_time', secondsOf(json['total_run_time'])),
  }
}

/** Columns that cannot be null: null means the same as absent. */
function present<Key extends string, Value>(key: Key, value: Value | null): { readonly [K in Key]?: Value } {
  // A validated border: TypeScript widens a computed key to string.
  return (value === null ? {} : { [key]: value }) as { readonly [K in Key]?: Value }
}

/** Columns that can be null: a null that is there is written. */
function nullable<Key extends string, Value>(
  json: JsonObject,
  key: Key,
  read: (value: Json | undefined) => Value | null,
): { readonly [K in Key]?: Value | null } {
  const value = json[key]
  const known = value === undefined || (value !== null && read(value) === null) ? {} : { [key]: read(value) }
  // As above.
  return known as { readonly [K in Key]?: Value | null }
}

function uuidAfter(prefix: string, text: string | undefined): string | null {
  const id = text?.startsWith(prefix) === true ? text.slice(prefix.length) : ''
  return UUID.test(id) ? id.toLowerCase() : null
}

function objectOf(value: Json | undefined): JsonObject | null {
  return isJsonObject(value) ? value : null
}

function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null
}

/** Old clients number their keys. */
function keyOf(value: Json | undefined): string | null {
  const number = numberOf(value)
  return number === null ? textOf(value) : String(number)
}

function timeOf(value: Json | undefined): Timestamp | null {
  return typeof value === 'string' ? parseTimestamp(value) : null
}

function numberOf(value: Json | undefined): number | null {
  const plain = value === undefined ? null : toPlain(value)
  return typeof plain === 'number' && Number.isFinite(plain) ? plain : null
}

function countOf(value: Json | undefined): number | null {
  const number = numberOf(value)
  return number !== null && Number.isSafeInteger(number) && number >= 0 && number < 2 ** 31 ? number : null
}

function secondsOf(value: Json | undefined): number | null {
  const found = typeof value === 'string' ? DURATION.exec(value) : null
  if (found === null) return numberOf(value)
  const [, hours = '0', minutes = '0', seconds = '0'] = found
  return Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)
}

function tagsOf(value: Json | undefined): readonly string[] | null {
  return Array.isArray(value) ? value.filter((tag: Json) => typeof tag === 'string') : null
}

function textMapOf(value: Json | undefined): Readonly<Record<string, string>> | null {
  if (!isJsonObject(value)) return null
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

function malformed(reason: string): TaskRunEventReading {
  return { kind: 'malformed', reason }
}
