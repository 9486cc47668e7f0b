/**
 * The part of the wire protocol that a flow's container speaks. Declared here and not imported, so that the types of
 * the published package depend on nothing; `wire.test.ts` holds them against `@slipway/contract`.
 */

/** `YYYY-MM-DDTHH:MM:SS.ffffffZ`, always UTC, always six digits. */
export type Timestamp = string

export type StateType =
  | 'SCHEDULED'
  | 'PENDING'
  | 'RUNNING'
  | 'COMPLETED'
  | 'FAILED'
  | 'CANCELLING'
  | 'CANCELLED'
  | 'CRASHED'
  | 'PAUSED'

export interface StateDetails {
  readonly transition_id?: string | null
  readonly scheduled_time?: Timestamp | null
  readonly flow_run_id?: string | null
  readonly task_run_id?: string | null
  readonly child_flow_run_id?: string | null
  readonly deployment_concurrency_lease_id?: string | null
}

/** What a client proposes; the server gives it an id and a time. */
export interface StateCreate {
  readonly type: StateType
  readonly name: string
  readonly message: string | null
  readonly data: null
  readonly state_details: StateDetails
}

/** What the server keeps. `data` is the record of a result and opaque to everybody but its writer. */
export interface ServerState {
  readonly id: string
  readonly type: StateType
  readonly name: string | null
  readonly timestamp: Timestamp
  readonly message: string | null
  readonly data?: unknown
  readonly state_details: StateDetails
}

export interface OrchestrationResult {
  readonly status: 'ACCEPT' | 'REJECT' | 'WAIT' | 'ABORT'
  readonly state: ServerState | null
  readonly details: { readonly type?: string; readonly reason?: string | null; readonly delay_seconds?: number }
}

export interface FlowRunPolicy {
  readonly retries?: number | null
  readonly retry_delay?: number | null
  readonly pause_keys?: readonly string[] | null
  readonly resuming?: boolean | null
  readonly retry_type?: 'in_process' | 'reschedule' | null
}

export interface FlowRecord {
  readonly id: string
  readonly name: string
}

export interface FlowRunRecord {
  readonly id: string
  readonly name: string
  readonly flow_id: string
  readonly deployment_id: string | null
  readonly parameters: Readonly<Record<string, unknown>>
  readonly tags: readonly string[]
  readonly run_count: number
  readonly empirical_policy: FlowRunPolicy
  readonly state: ServerState | null
}

export interface FlowRunCreate {
  readonly flow_id: string
  readonly flow_version: string | null
  readonly parameters: object
  readonly state: StateCreate
  readonly empirical_policy: FlowRunPolicy
  readonly tags: readonly string[]
  readonly parent_task_run_id: string | null
  /** A request that is sent again must not create a second run. */
  readonly idempotency_key: string
}

export interface FlowRunUpdate {
  readonly flow_version?: string
  readonly empirical_policy?: FlowRunPolicy
}

export interface DeploymentRecord {
  readonly id: string
  readonly name: string
  readonly entrypoint: string | null
  readonly path: string | null
  readonly pull_steps: readonly Readonly<Record<string, unknown>>[] | null
}

interface TaskRunPolicy {
  readonly max_retries: number
  readonly retry_delay_seconds: number
  readonly retries: number
  readonly retry_delay: number | readonly number[]
  readonly retry_jitter_factor: number | null
}

/** A task run's own columns, as the recorder takes them from an event; its state travels beside it. */
export interface TaskRunRecord {
  readonly name: string
  readonly task_key: string
  readonly dynamic_key: string
  readonly task_version?: string
  readonly empirical_policy: TaskRunPolicy
  readonly tags: readonly string[]
  readonly labels: Readonly<Record<string, string>>
  readonly task_inputs: Readonly<Record<string, readonly []>>
  readonly run_count: number
  readonly flow_run_run_count: number
  readonly expected_start_time: Timestamp
  readonly next_scheduled_start_time?: Timestamp
  readonly start_time?: Timestamp
  readonly end_time?: Timestamp
  readonly total_run_time: number
}

export interface TaskRunCreate {
  readonly name: string
  readonly flow_run_id: string
  readonly task_key: string
  readonly dynamic_key: string
  readonly state: StateCreate
  readonly tags: readonly string[]
}

export interface LogCreate {
  readonly name: string
  readonly level: number
  readonly message: string
  readonly timestamp: Timestamp
  readonly flow_run_id: string | null
  readonly task_run_id: string | null
}

export interface WireEvent {
  readonly id: string
  readonly event: string
  readonly occurred: Timestamp
  readonly resource: Readonly<Record<string, string>>
  readonly related: readonly Readonly<Record<string, string>>[]
  readonly payload: Readonly<Record<string, unknown>>
  readonly follows: string | null
}

const TERMINAL: readonly StateType[] = ['COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED']

export function isTerminal(type: StateType): boolean {
  return TERMINAL.includes(type)
}
