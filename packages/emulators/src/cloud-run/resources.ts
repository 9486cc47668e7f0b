/** What the emulator remembers. Records are mutable and belong to this process; the wire sees `views.ts` only. */
import type { Json, JsonObject } from '../json.ts'

export interface JobRecord {
  /** `projects/P/locations/L/jobs/J`. */
  readonly name: string
  readonly uid: string
  /** Order of creation; lists go from the newest to the oldest by it. */
  readonly sequence: number
  readonly creator: string
  last_modifier: string
  /** What the caller set, canonical, with Cloud Run's defaults filled in. */
  spec: JsonObject
  generation: number
  readonly create_time: string
  update_time: string
  etag: string
  ready: Condition
  execution_count: number
  latest_execution: string | null
}

export interface Condition {
  state: 'CONDITION_RECONCILING' | 'CONDITION_SUCCEEDED' | 'CONDITION_FAILED'
  reason?: string
  message?: string
  at: string
}

export type ExecutionStatus = 'pending' | 'running' | 'cancelling' | 'succeeded' | 'failed' | 'cancelled'

export interface ExecutionRecord {
  /** `projects/P/locations/L/jobs/J/executions/E`. */
  readonly name: string
  readonly job: string
  readonly uid: string
  readonly sequence: number
  readonly creator: string
  readonly labels: JsonObject
  readonly annotations: JsonObject
  readonly launch_stage: Json
  /** The TaskTemplate, overrides applied. */
  readonly template: JsonObject
  readonly task_count: number
  readonly parallelism: number
  readonly create_time: string
  start_time: string | null
  completion_time: string | null
  update_time: string
  etag: string
  status: ExecutionStatus
  reason: string | null
  message: string | null
  retried_count: number
  readonly tasks: TaskRecord[]
  readonly log: LogLine[]
}

export interface TaskRecord {
  readonly index: number
  readonly uid: string
  status: 'pending' | 'running' | 'succeeded' | 'failed' | 'cancelled'
  retried: number
  start_time: string | null
  completion_time: string | null
  last_attempt: { exit_code: number | null; term_signal: number | null; message: string | null } | null
  /** What the engine needs to end a container that outlived the emulator. */
  handle: string | null
}

export interface LogLine {
  readonly sequence: number
  readonly time: string
  readonly stream: 'stdout' | 'stderr'
  readonly text: string
  readonly task_index: number
  readonly attempt: number
}

export interface OperationRecord {
  readonly name: string
  readonly sequence: number
  readonly kind: 'Job' | 'Execution'
  /** The resource that the operation is about; its present view is the metadata until it is done. */
  readonly target: string
  readonly create_time: string
  done: boolean
  /** Frozen when the operation is done, or from the beginning for a resource that is no longer there. */
  metadata: JsonObject | null
  response: JsonObject | null
  error: { code: number; message: string } | null
}

export interface ServiceAccount {
  readonly email: string
  readonly project_id: string
  readonly private_key_id: string
  readonly public_key_pem: string
  /** Null: everything in its own project. */
  readonly permissions: readonly string[] | null
  readonly is_disabled: boolean
}

interface AccessToken {
  readonly email: string
  readonly expires_ms: number
}

interface Project {
  readonly project_number: string
  readonly disabled_services: readonly string[]
}

type ImageStatus = 'known' | 'missing' | 'denied' | 'unauthorized'

interface Counters {
  process_starts: number
  by_job: Record<string, number>
  by_flow_run_id: Record<string, number>
  by_submission_id: Record<string, number>
}

/** All of it is plain data, because it is written to a file as it is. */
export interface EmulatorState {
  sequence: number
  jobs: Record<string, JobRecord>
  executions: Record<string, ExecutionRecord>
  operations: Record<string, OperationRecord>
  service_accounts: Record<string, ServiceAccount>
  access_tokens: Record<string, AccessToken>
  /** Empty: every project exists. */
  projects: Record<string, Project>
  images: Record<string, ImageStatus>
  /** By `PROJECT/SECRET`, then by version. */
  secrets: Record<string, Record<string, string>>
  counters: Counters
  settings: Settings
}

export interface Settings {
  auth: 'on' | 'off'
  /** A task ends well as soon as it has started; for the engine `none`. */
  auto_complete: boolean
  /** How long a job reconciles before it is Ready. */
  ready_delay_ms: number
  /** Between SIGTERM and SIGKILL. */
  stop_grace_ms: number
  /** Every answer comes this much later. */
  latency_ms: number
  /** Log entries become visible this much later. */
  log_lag_ms: number
  /** Sets CLOUD_RUN_JOB, CLOUD_RUN_TASK_INDEX and so on, as the real container contract does. */
  container_contract_env: boolean
  /** Seen in the field: the operation of a create with a token is done but carries no response. */
  token_operation_without_response: boolean
  /** Seen in the field: a job that was created with a token cannot be run again. */
  refuse_run_of_tokenised_job: boolean
  /** Launch stage below which an execution token is refused, as for a feature that is not released. */
  token_needs_launch_stage: 'GA' | 'BETA' | 'ALPHA'
  /** Per project and region and minute; null is no limit. */
  reads_per_minute: number | null
  writes_per_minute: number | null
  runs_per_minute: number | null
  /** Per project and region. */
  max_jobs: number | null
  max_running_executions: number | null
}

const defaultSettings = (): Settings => ({
  auth: 'on',
  auto_complete: false,
  ready_delay_ms: 10,
  stop_grace_ms: 10_000,
  latency_ms: 0,
  log_lag_ms: 0,
  container_contract_env: false,
  token_operation_without_response: false,
  refuse_run_of_tokenised_job: false,
  token_needs_launch_stage: 'GA',
  reads_per_minute: null,
  writes_per_minute: null,
  runs_per_minute: null,
  max_jobs: null,
  max_running_executions: null,
})

export const emptyState = (): EmulatorState => ({
  sequence: 0,
  jobs: {},
  executions: {},
  operations: {},
  service_accounts: {},
  access_tokens: {},
  projects: {},
  images: {},
  secrets: {},
  counters: { process_starts: 0, by_job: {}, by_flow_run_id: {}, by_submission_id: {} },
  settings: defaultSettings(),
})

export const isTerminal = (status: ExecutionStatus): boolean =>
  status === 'succeeded' || status === 'failed' || status === 'cancelled'

/** The last part of a resource name. */
export const shortName = (name: string): string => name.slice(name.lastIndexOf('/') + 1)
export const projectOf = (name: string): string => name.split('/')[1] ?? ''
export const locationOf = (name: string): string => name.split('/')[3] ?? ''
/** `projects/P/locations/L`. */
export const regionOf = (name: string): string => name.split('/').slice(0, 4).join('/')

/** What the wire wants of a task's record is here, not in the record, because it follows from its place. */
export const taskName = (execution: ExecutionRecord, task: TaskRecord): string =>
  `${execution.name}/tasks/${shortName(execution.name)}-task${task.index}`
