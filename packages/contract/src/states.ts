import { Type, type Static } from 'typebox'
import { Uuid } from './ids.ts'
import { DateTime, Json } from './json.ts'
import { Default, Integer, MapOf, Nullable, Strict } from './schema.ts'

export const StateType = Type.Enum([
  'SCHEDULED',
  'PENDING',
  'RUNNING',
  'COMPLETED',
  'FAILED',
  'CANCELLED',
  'CRASHED',
  'PAUSED',
  'CANCELLING',
])
export type StateType = Static<typeof StateType>

/** A run in one of these is over; only a forced transition leaves it. */
export const TERMINAL_STATE_TYPES = [
  'COMPLETED',
  'FAILED',
  'CANCELLED',
  'CRASHED',
] as const satisfies readonly StateType[]

export function isTerminal(type: StateType): boolean {
  return TERMINAL_STATE_TYPES.some((terminal) => terminal === type)
}

/** Names that the protocol knows; users may give a state any other. */
export const StateName = {
  SCHEDULED: 'Scheduled',
  LATE: 'Late',
  RESUMING: 'Resuming',
  AWAITING_RETRY: 'AwaitingRetry',
  AWAITING_CONCURRENCY_SLOT: 'AwaitingConcurrencySlot',
  PENDING: 'Pending',
  SUBMITTING: 'Submitting',
  INFRASTRUCTURE_PENDING: 'InfrastructurePending',
  RUNNING: 'Running',
  RETRYING: 'Retrying',
  COMPLETED: 'Completed',
  CACHED: 'Cached',
  ROLLED_BACK: 'RolledBack',
  FAILED: 'Failed',
  TIMED_OUT: 'TimedOut',
  CANCELLED: 'Cancelled',
  CANCELLING: 'Cancelling',
  CRASHED: 'Crashed',
  PAUSED: 'Paused',
  SUSPENDED: 'Suspended',
} as const

/** The name of a state that was proposed without one. */
export function defaultStateName(type: StateType): string {
  return StateName[type]
}

export const SetStateStatus = Type.Enum(['ACCEPT', 'REJECT', 'ABORT', 'WAIT'])
export type SetStateStatus = Static<typeof SetStateStatus>

export const StateDetailsInput = Type.Object({
  flow_run_id: Default(Nullable(Uuid), null),
  task_run_id: Default(Nullable(Uuid), null),
  child_flow_run_id: Default(Nullable(Uuid), null),
  scheduled_time: Default(Nullable(DateTime), null),
  cache_key: Default(Nullable(Type.String()), null),
  cache_expiration: Default(Nullable(DateTime), null),
  deferred: Default(Nullable(Type.Boolean()), false),
  untrackable_result: Default(Type.Boolean(), false),
  pause_timeout: Default(Nullable(DateTime), null),
  pause_reschedule: Default(Type.Boolean(), false),
  pause_key: Default(Nullable(Type.String()), null),
  run_input_keyset: Default(Nullable(MapOf(Type.String())), null),
  refresh_cache: Default(Nullable(Type.Boolean()), null),
  retriable: Default(Nullable(Type.Boolean()), null),
  transition_id: Default(Nullable(Uuid), null),
  task_parameters_id: Default(Nullable(Uuid), null),
  traceparent: Default(Nullable(Type.String()), null),
  deployment_concurrency_lease_id: Default(Nullable(Uuid), null),
})
export type StateDetailsInput = Static<typeof StateDetailsInput>

export const StateCreate = Strict({
  type: StateType,
  name: Default(Nullable(Type.String()), null),
  message: Default(Nullable(Type.String()), null),
  data: Default(Json, null),
  state_details: Type.Optional(StateDetailsInput),
})
export type StateCreate = Static<typeof StateCreate>

export const StateDetails = Type.Object({
  flow_run_id: Nullable(Uuid),
  task_run_id: Nullable(Uuid),
  child_flow_run_id: Nullable(Uuid),
  scheduled_time: Nullable(DateTime),
  cache_key: Nullable(Type.String()),
  cache_expiration: Nullable(DateTime),
  deferred: Nullable(Type.Boolean()),
  untrackable_result: Type.Boolean(),
  pause_timeout: Nullable(DateTime),
  pause_reschedule: Type.Boolean(),
  pause_key: Nullable(Type.String()),
  run_input_keyset: Nullable(MapOf(Type.String())),
  refresh_cache: Nullable(Type.Boolean()),
  retriable: Nullable(Type.Boolean()),
  transition_id: Nullable(Uuid),
  task_parameters_id: Nullable(Uuid),
  traceparent: Nullable(Type.String()),
  deployment_concurrency_lease_id: Nullable(Uuid),
})
export type StateDetails = Static<typeof StateDetails>

export const State = Type.Object({
  id: Uuid,
  type: StateType,
  name: Nullable(Type.String()),
  timestamp: DateTime,
  message: Nullable(Type.String()),
  data: Json,
  state_details: StateDetails,
})
export type State = Static<typeof State>

export const StateAcceptDetails = Type.Object({
  type: Type.Literal('accept_details'),
})
export type StateAcceptDetails = Static<typeof StateAcceptDetails>

export const StateRejectDetails = Type.Object({
  type: Type.Literal('reject_details'),
  reason: Nullable(Type.String()),
})
export type StateRejectDetails = Static<typeof StateRejectDetails>

export const StateWaitDetails = Type.Object({
  type: Type.Literal('wait_details'),
  delay_seconds: Integer(),
  reason: Nullable(Type.String()),
})
export type StateWaitDetails = Static<typeof StateWaitDetails>

export const StateAbortDetails = Type.Object({
  type: Type.Literal('abort_details'),
  reason: Nullable(Type.String()),
})
export type StateAbortDetails = Static<typeof StateAbortDetails>

export const StateResponseDetails = Type.Union([
  StateAcceptDetails,
  StateWaitDetails,
  StateRejectDetails,
  StateAbortDetails,
])
export type StateResponseDetails = Static<typeof StateResponseDetails>

export const OrchestrationResult = Type.Object({
  state: Nullable(State),
  status: SetStateStatus,
  details: StateResponseDetails,
})
export type OrchestrationResult = Static<typeof OrchestrationResult>
