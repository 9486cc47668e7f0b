import type { JsonObject } from '@slipway/contract'
import type {
  FindOutcome,
  FrozenRequest,
  ObserveOutcome,
  ProbeOutcome,
  RenderInput,
  RenderOutcome,
  StopOutcome,
  SubmitOutcome,
} from '../domain/submission.ts'

export type * from '../domain/submission.ts'

/**
 * One cloud service that can start a container for a flow run.
 * A provider knows nothing of the database: it gets what it needs as data and answers with data.
 * Every implementation passes `testing/provider-conformance.ts` against its emulator.
 */
export interface Provider {
  /** Work-pool types served, for example `cloud-run:push`. */
  readonly types: readonly string[]
  /** How the type presents itself in the collections view, and the default base job template, by work-pool type. */
  describe(type: string): PoolTypeDescription
  /**
   * Turns resolved job configuration into the request that will be frozen, byte for byte, before it is sent.
   * Pure; refuses what the cloud would refuse where that can be known (fault `misconfigured`).
   */
  render(input: RenderInput): RenderOutcome
  /** Sends the frozen request once. Never throws for what a cloud answers; an aborted or broken call is `unknown`. */
  submit(call: ProviderCall, request: FrozenRequest): Promise<SubmitOutcome>
  /** Looks a submission up by its identity: what became of it? */
  find(call: ProviderCall, request: FrozenRequest): Promise<FindOutcome>
  /** What the provider says about these executions, in as few calls as it can. */
  observe(call: ProviderCall, requests: readonly FrozenRequest[]): Promise<ObserveOutcome>
  /** Asks the cloud to stop the execution. Idempotent; a missing execution is `gone`. */
  stop(call: ProviderCall, request: FrozenRequest): Promise<StopOutcome>
  /** The last lines that the container wrote, oldest first; for a crash report. At most 100 lines, 64 KiB. */
  tailLogs(call: ProviderCall, request: FrozenRequest): Promise<readonly string[]>
  /** Deletes what the submission left in the cloud. Idempotent. */
  discard(call: ProviderCall, request: FrozenRequest): Promise<StopOutcome>
  /** Proves that the credentials work, without side effects: one cheap call. */
  probe(call: ProviderCall, configuration: JsonObject): Promise<ProbeOutcome>
}

export interface PoolTypeDescription {
  readonly type: string
  readonly display_name: string
  readonly description: string
  readonly logo_url: string | null
  readonly documentation_url: string | null
  readonly is_beta: boolean
  readonly default_base_job_configuration: JsonObject
}

export interface ProviderCall {
  /** The data of the credentials block, secrets in clear, validated by the provider before use. */
  readonly credentials: JsonObject
  readonly signal: AbortSignal
}

/** By work-pool type; loads the vendor's library only when asked. */
export interface Providers {
  readonly types: readonly string[]
  describe(type: string): PoolTypeDescription | null
  get(type: string): Promise<Provider | null>
}
