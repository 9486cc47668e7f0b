import { type Json, type Timestamp, defaultStateName } from '@slipway/contract'
import { isJsonObject } from '../json-object.ts'
import type { ProposedState, State, StateDetails, StateType } from './verdict.ts'

export const NO_DETAILS: StateDetails = {
  flow_run_id: null,
  task_run_id: null,
  child_flow_run_id: null,
  scheduled_time: null,
  cache_key: null,
  cache_expiration: null,
  deferred: false,
  untrackable_result: false,
  pause_timeout: null,
  pause_reschedule: false,
  pause_key: null,
  run_input_keyset: null,
  refresh_cache: null,
  retriable: null,
  transition_id: null,
  task_parameters_id: null,
  traceparent: null,
  deployment_concurrency_lease_id: null,
}

/** A state as clients send it; only the type is needed. */
export interface StateRequest {
  readonly type: StateType
  readonly name?: string | null | undefined
  readonly message?: string | null | undefined
  readonly data?: Json | undefined
  readonly state_details?: Partial<StateDetails> | null | undefined
}

/** Fills in what a client may leave out: the name follows from the type, a scheduled state is due now. */
export function proposeState(request: StateRequest, now: Timestamp): ProposedState {
  const details = { ...NO_DETAILS, ...request.state_details }
  return {
    type: request.type,
    name: request.name ?? defaultStateName(request.type),
    message: request.message ?? null,
    data: request.data ?? null,
    state_details: {
      ...details,
      scheduled_time: details.scheduled_time ?? (request.type === 'SCHEDULED' ? now : null),
    },
  }
}

/** Whether state data points to a stored result. Whatever is no object counts as none. */
export function isPersistedResult(data: Json): boolean {
  return isJsonObject(data) && data['type'] !== 'unpersisted'
}

/** The same for a state that has been written: empty data hold nothing that could get lost. */
export function holdsPersistedResult(data: Json): boolean {
  return isJsonObject(data) && data['type'] !== 'unpersisted' && Object.keys(data).length > 0
}

/** What later reads show: data that were not persisted are told to the one who proposed them and then forgotten. */
export function storedState(state: State): State {
  return isJsonObject(state.data) && state.data['type'] === 'unpersisted' ? { ...state, data: null } : state
}
