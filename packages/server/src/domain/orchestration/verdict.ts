import {
  type Json,
  type StateDetails as WireStateDetails,
  type StateType,
  TERMINAL_STATE_TYPES,
  type Timestamp,
  isTerminal as isTerminalType,
} from '@slipway/contract'

export type { StateType } from '@slipway/contract'

export const STATE_TYPES = [
  'SCHEDULED',
  'PENDING',
  'RUNNING',
  'PAUSED',
  'CANCELLING',
  'COMPLETED',
  'FAILED',
  'CRASHED',
  'CANCELLED',
] as const satisfies readonly StateType[]
/** What a run comes from: null before its first state. */
export type Origin = StateType | null

export const TERMINAL_TYPES = TERMINAL_STATE_TYPES
export const ANY_ORIGIN: readonly Origin[] = [null, ...STATE_TYPES]

export function isTerminal(type: Origin): boolean {
  return type !== null && isTerminalType(type)
}

/** Whether a run in this state has a slot of its deployment. */
export function isOccupying(type: Origin): boolean {
  return type === 'PENDING' || type === 'RUNNING' || type === 'CANCELLING'
}

/** As on the wire; every key is always there. */
export type StateDetails = Readonly<WireStateDetails>

/** A state that somebody wants; it gets its id and its time only when it is written. */
export interface ProposedState {
  readonly type: StateType
  readonly name: string
  readonly message: string | null
  readonly data: Json
  readonly state_details: StateDetails
}

export interface State extends ProposedState {
  readonly id: string
  readonly timestamp: Timestamp
}

/** `empirical_policy` of a flow run. */
export interface FlowRunPolicy {
  readonly max_retries: number
  readonly retry_delay_seconds: number
  readonly retries: number | null
  readonly retry_delay: number | null
  readonly pause_keys: readonly string[] | null
  readonly resuming: boolean | null
  readonly retry_type: 'in_process' | 'reschedule' | null
}

/** `empirical_policy` of a task run, as far as its rules look at it. */
export interface TaskRunPolicy {
  readonly retries: number | null
  readonly retry_delay: number | readonly number[] | null
  readonly retry_jitter_factor: number | null
}

/** The columns that follow from states, of flow runs and task runs alike. */
export interface RunTimes {
  readonly run_count: number
  readonly start_time: Timestamp | null
  readonly end_time: Timestamp | null
  /** Seconds. */
  readonly total_run_time: number
  readonly expected_start_time: Timestamp | null
  readonly next_scheduled_start_time: Timestamp | null
}

export interface FlowRunFields extends RunTimes {
  readonly empirical_policy: FlowRunPolicy
}

export interface TaskRunFields extends RunTimes {
  readonly flow_run_run_count: number
}

/** What `decide` may see of any run, read under lock. */
export interface RunFacts {
  readonly now: Timestamp
  readonly run: { readonly id: string; readonly state: State | null; readonly run_count: number }
}

export interface DeploymentLimit {
  readonly limit_id: string
  readonly limit: number
  /** After decay. */
  readonly active_slots: number
  readonly collision_strategy: 'ENQUEUE' | 'CANCEL_NEW'
  /** Null: 300 s. */
  readonly grace_period_seconds: number | null
}

export interface FlowRunFacts extends RunFacts {
  readonly run: FlowRunFields & {
    readonly id: string
    readonly state: State | null
    readonly deployment_id: string | null
    readonly parent_task_run_id: string | null
    readonly infrastructure_pid: string | null
  }
  /** False when the deployment that the run names has been deleted. */
  readonly deployment_found: boolean
  readonly deployment_limit: DeploymentLimit | null
  /** Whether the lease named by the current state still exists. */
  readonly lease_alive: boolean
  /** From the User-Agent of Prefect's client; null: somebody else. */
  readonly client_version: string | null
  /** The submission whose run credential the caller used for this very run. */
  readonly submission: SubmissionFacts | null
  readonly fresh: { readonly state_id: string; readonly lease_id: string; readonly pause_key: string }
}

export interface SubmissionFacts {
  readonly id: string
  readonly start_transition_id: string | null
  readonly is_void: boolean
  /** The process that started, and the one that asks now, by what their clients call themselves; absent: they do not. */
  readonly start_client_id?: string | null
  readonly client_id?: string | null
}

export interface TagLimit {
  readonly limit_id: string
  readonly tag: string
  readonly limit: number
  /** After decay. */
  readonly active_slots: number
  readonly avg_slot_occupancy_seconds: number
}

export interface TaskRunFacts extends RunFacts {
  readonly run: TaskRunFields & {
    readonly id: string
    readonly state: State | null
    readonly flow_run_id: string | null
    readonly task_key: string
    readonly tags: readonly string[]
    readonly empirical_policy: TaskRunPolicy
  }
  /** Null: no flow run is named, or it has been deleted. */
  readonly flow_run: { readonly id: string; readonly run_count: number; readonly state: State | null } | null
  /** Active limits `tag:<tag>` of the run's tags. */
  readonly tag_limits: readonly TagLimit[]
  /** The newest unexpired state cached under the cache key that was proposed. */
  readonly cached_state: State | null
  /** `fraction` is random in [0, 1). */
  readonly fresh: { readonly state_id: string; readonly lease_id: string; readonly fraction: number }
}

/** The answer to a proposal. A state in it is to be written; null or none leaves the run in its current state. */
export type Verdict =
  | { readonly kind: 'accept'; readonly state: State }
  | { readonly kind: 'reject'; readonly state: State | null; readonly reason: string }
  | { readonly kind: 'wait'; readonly delay_seconds: number; readonly reason: string }
  | { readonly kind: 'abort'; readonly reason: string }

/** A write that belongs into the same transaction as the verdict. */
export type Effect =
  /** One more active slot, and a lease over it that belongs to the flow run. */
  | {
      readonly kind: 'acquire-deployment-slot'
      readonly limit_id: string
      readonly lease_id: string
      readonly lease_seconds: number
      readonly flow_run_id: string
    }
  | { readonly kind: 'renew-lease'; readonly lease_id: string; readonly lease_seconds: number }
  /** The client cannot renew: the lease must not expire any more, so that the slot is kept until it is released. */
  | { readonly kind: 'pin-lease'; readonly lease_id: string }
  /**
   * Deletes the lease (by id, else by its holder) and gives back its slots. A lease that is gone was given back already.
   * Only when the state never named one, a single slot of `limit_id` is given back, as the stock server does.
   */
  | {
      readonly kind: 'release-deployment-slot'
      readonly lease_id: string | null
      readonly limit_id: string | null
      readonly flow_run_id: string
    }
  | {
      readonly kind: 'mark-submission-started'
      readonly submission_id: string
      readonly transition_id: string
      readonly client_id: string | null
    }
  /** The state of a subflow, to be decided with force for its placeholder task run. */
  | { readonly kind: 'mirror-to-parent-task-run'; readonly task_run_id: string; readonly proposed: ProposedState }
  | {
      readonly kind: 'acquire-tag-slots'
      readonly limit_ids: readonly string[]
      readonly lease_id: string
      readonly task_run_id: string
    }
  /** All leases that the task run holds. */
  | { readonly kind: 'release-tag-slots'; readonly task_run_id: string }
  /** The state written by this decision becomes the cached one. */
  | { readonly kind: 'insert-cache'; readonly cache_key: string; readonly cache_expiration: Timestamp | null }
  | {
      readonly kind: 'enqueue-background-task'
      readonly task_key: string
      readonly task_run_id: string
      readonly is_retry: boolean
    }

export interface Decision<Fields> {
  readonly verdict: Verdict
  /** The state to write; the same object as in the verdict. With a state goes an event. */
  readonly state: State | null
  /** The run's columns from now on; null when they stay as they are. May change without a state (a refused resume). */
  readonly next_run_fields: Fields | null
  readonly effects: readonly Effect[]
}

export type FlowRunDecision = Decision<FlowRunFields>
export type TaskRunDecision = Decision<TaskRunFields>
