import type { JsonObject, Timestamp } from '@slipway/contract'

/** Deterministic from installation, flow run and attempt; see domain/identity.ts. */
export interface SubmissionIdentity {
  readonly install_id: string
  readonly flow_run_id: string
  readonly attempt_no: number
  readonly submission_id: string
}

export interface RenderInput {
  readonly pool_type: string
  readonly identity: SubmissionIdentity
  /** job_configuration after placeholders, blocks and variables are resolved. */
  readonly configuration: JsonObject
  readonly credentials: JsonObject
  /** Slipway's own variables first, the user's last; the user's win. */
  readonly env: Readonly<Record<string, string>>
  /** Prefect's labels, unsanitised. */
  readonly labels: Readonly<Record<string, string>>
  /** Default command when the template names none, already split. */
  readonly command: readonly string[]
  readonly run_name: string
}

/** What is stored sealed before the call and sent unchanged on every try. */
export interface FrozenRequest {
  /** The name under which the cloud knows it: Cloud Run job, ECS client token, container group. */
  readonly resource_name: string
  /** Where it lives: for Cloud Run `{project, region}`. */
  readonly location: Readonly<Record<string, string>>
  readonly body: JsonObject
  readonly identity: SubmissionIdentity
  /** What the run's `infrastructure_pid` will be; known before the call. */
  readonly infrastructure_pid: string
  /** Leave the cloud's object where it is when the run is over. */
  readonly keep: boolean
}

export type RenderOutcome =
  | { readonly kind: 'rendered'; readonly request: FrozenRequest }
  | { readonly kind: 'refused'; readonly fault: Fault }

/** A cloud's failure in our words; `providers/<name>/faults.ts` is the only place that makes them. */
export interface Fault {
  /**
   * retry: the same request again later. throttled: the same, and the run shows that it waits for capacity.
   * auth: credentials or permissions; nothing starts until somebody acts. misconfigured: this request can never work.
   */
  readonly class: 'retry' | 'throttled' | 'auth' | 'misconfigured'
  /** Stable machine-readable code, for example `cloud-run.permission-denied`. */
  readonly code: string
  /** What happened and what to change, in words for the person who reads the run's page. No secret ever. */
  readonly message: string
  /** The cloud said when to try again. */
  readonly retry_after_seconds?: number
}

export interface Execution {
  /** Provider's own name of the execution, for example `projects/p/locations/r/jobs/j/executions/j-a1`; null while unknown. */
  readonly name: string | null
  readonly console_url: string | null
}

export type SubmitOutcome =
  | { readonly kind: 'accepted'; readonly execution: Execution; readonly adopted: boolean }
  /** The cloud certainly did not start anything. */
  | { readonly kind: 'refused'; readonly fault: Fault }
  /** The cloud certainly did not start anything and may do so later. */
  | { readonly kind: 'retry'; readonly fault: Fault }
  /** Nobody knows: look up by identity before sending again. */
  | { readonly kind: 'unknown'; readonly fault: Fault }

export type FindOutcome =
  | { readonly kind: 'found'; readonly execution: Execution }
  | { readonly kind: 'absent' }
  | { readonly kind: 'collision'; readonly fault: Fault }
  | { readonly kind: 'unknown'; readonly fault: Fault }

export interface Observation {
  readonly submission_id: string
  readonly phase: 'pending' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'missing'
  readonly execution: Execution | null
  readonly exit_code: number | null
  /** In words: "Container exited with code 137: out of memory (limit 512Mi)". */
  readonly reason: string | null
  readonly finished_at: Timestamp | null
}

export type ObserveOutcome =
  | { readonly kind: 'observed'; readonly observations: readonly Observation[] }
  | { readonly kind: 'failed'; readonly fault: Fault }

export type StopOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly fault: Fault }

export type ProbeOutcome =
  | { readonly kind: 'ok'; readonly message: string }
  | { readonly kind: 'failed'; readonly fault: Fault }
