import { type JsonObject, type Timestamp, secondsBetween } from '@slipway/contract'
import type { State } from '../domain/orchestration/verdict.ts'

/** Messages can be whole tracebacks or results; an event keeps this much of them. */
const MAX_MESSAGE_LENGTH = 100_000
/** Closer states are chained, because their events may overtake each other on the way. */
const TIGHT_SECONDS = 300

interface Named {
  readonly id: string
  readonly name: string
}
interface Tagged extends Named {
  readonly tags: readonly string[]
}

/** What the event of a state change tells about the run's surroundings. */
export interface FlowRunSurroundings {
  readonly flow: Tagged | null
  readonly deployment: Tagged | null
  readonly work_queue: Named | null
  readonly work_pool: (Named & { readonly type: string }) | null
  /** The placeholder of a subflow in its parent. */
  readonly parent_task_run: Tagged | null
  readonly created_by: {
    readonly id: string | null
    readonly type: string | null
    readonly display_value: string | null
  } | null
}

export interface FlowRunStateChange {
  readonly run: Tagged & { readonly run_count: number }
  readonly initial_state: State | null
  readonly state: State
  readonly surroundings: FlowRunSurroundings
}

export type ResourceLabels = Readonly<Record<string, string>>

/** An event as it goes over the wire. */
export interface StateEvent {
  readonly id: string
  readonly occurred: Timestamp
  readonly event: string
  readonly resource: ResourceLabels
  readonly related: readonly ResourceLabels[]
  readonly payload: JsonObject
  readonly follows: string | null
}

/**
 * The event of a written state. Its name is the state's name and its id the state's id: clients wait for names such as
 * `prefect.flow-run.Cancelling` and order by the chain of ids. `run.run_count` is the one after the change.
 */
export function flowRunStateEvent({ run, initial_state, state, surroundings }: FlowRunStateChange): StateEvent {
  return {
    id: state.id,
    occurred: state.timestamp,
    event: `prefect.flow-run.${state.name}`,
    resource: {
      'prefect.resource.id': `prefect.flow-run.${run.id}`,
      'prefect.resource.name': run.name,
      'prefect.run-count': String(run.run_count),
      'prefect.state-message': truncated(state.message ?? ''),
      'prefect.state-name': state.name,
      'prefect.state-timestamp': state.timestamp.replace('Z', '+00:00'),
      'prefect.state-type': state.type,
    },
    related: relatedOf(run, surroundings),
    payload: {
      intended: { from: initial_state?.type ?? null, to: state.type },
      initial_state: initial_state === null ? null : stateSummary(initial_state),
      validated_state: stateSummary(state),
    },
    follows: initial_state !== null && isTight(initial_state, state) ? initial_state.id : null,
  }
}

function relatedOf(run: Tagged, surroundings: FlowRunSurroundings): readonly ResourceLabels[] {
  const { flow, deployment, work_queue, work_pool, parent_task_run, created_by } = surroundings
  const related: ResourceLabels[] = []
  if (flow !== null) related.push(resourceOf('flow', flow))
  if (deployment !== null) related.push(resourceOf('deployment', deployment))
  if (work_queue !== null) related.push(resourceOf('work-queue', work_queue))
  if (work_pool !== null) {
    related.push({ ...resourceOf('work-pool', work_pool), 'prefect.work-pool.type': work_pool.type })
  }
  if (parent_task_run !== null) related.push(resourceOf('task-run', parent_task_run))
  const tags = new Set([run, flow, deployment, parent_task_run].flatMap((tagged) => tagged?.tags ?? []))
  for (const tag of [...tags].sort()) {
    related.push({ 'prefect.resource.id': `prefect.tag.${tag}`, 'prefect.resource.role': 'tag' })
  }
  const creator = creatorOf(created_by)
  return creator === null ? related : [...related, creator]
}

function resourceOf(kind: string, { id, name }: Named): ResourceLabels {
  return {
    'prefect.resource.id': `prefect.${kind}.${id}`,
    'prefect.resource.role': kind,
    'prefect.resource.name': name,
  }
}

/** Schedules create runs too, but are no resources of their own. */
function creatorOf(created_by: FlowRunSurroundings['created_by']): ResourceLabels | null {
  if (created_by === null || created_by.id === null) return null
  if (created_by.type !== 'DEPLOYMENT' && created_by.type !== 'AUTOMATION') return null
  return {
    'prefect.resource.id': `prefect.${created_by.type.toLowerCase()}.${created_by.id}`,
    'prefect.resource.role': 'creator',
    ...(created_by.display_value === null ? {} : { 'prefect.resource.name': created_by.display_value }),
  }
}

function stateSummary({ type, name, message, state_details }: State): JsonObject {
  return {
    type,
    name,
    ...(message === null || message === '' ? {} : { message: truncated(message) }),
    ...(type === 'PAUSED' ? { pause_reschedule: String(state_details.pause_reschedule) } : {}),
  }
}

function isTight(initial: State, state: State): boolean {
  return Math.abs(secondsBetween(initial.timestamp, state.timestamp)) < TIGHT_SECONDS
}

function truncated(text: string): string {
  return text.length <= MAX_MESSAGE_LENGTH ? text : `${text.slice(0, MAX_MESSAGE_LENGTH - 1)}…`
}
