import type { Scope, Timestamp } from '@slipway/contract'
import type { Logger } from 'pino'
import type { Config } from './config.ts'
import type { Channel } from './events/bus.ts'
import type { Providers } from './providers/provider.ts'
import type { Writers } from './operations/writers.ts'
import type { Database } from './store/database.ts'
import type { StoredEvent } from './store/events.ts'
import type { LogRow } from './store/rows.ts'
import type { Vault } from './vault/vault.ts'

/** What an operation may use. Capabilities only: `main.ts` and `testing/server.ts` are the sole makers of one. */
export interface Context {
  readonly config: Config
  readonly db: Database
  readonly clock: Clock
  readonly ids: Ids
  readonly random: Random
  readonly log: Logger
  readonly vault: Vault
  readonly probe: Probe
  /** Who this installation is: part of every name that we give to things in a cloud. */
  readonly installation: Installation
  /** This process among the servers of one database; its advisory lock tells the others that it lives. */
  readonly server_id: number
}

export interface Installation {
  /** Four hexadecimal digits. */
  readonly install_id: string
  readonly default_workspace_id: string
}

/** Who asks. `server` is Slipway itself; `open` is anybody who reaches a server on which no credential is configured. */
export interface Caller {
  readonly kind: 'server' | 'open' | 'operator' | 'api-key' | 'run'
  readonly scopes: ReadonlySet<Scope>
  /** For `run`: whose container this is. */
  readonly run: { readonly flow_run_id: string; readonly submission_id: string } | null
  /** Version of the Prefect client, from its User-Agent; null for everybody else. */
  readonly client_version: string | null
  /** What the client calls itself, one name a process: Prefect's sends it with the CSRF token that it was given. */
  readonly client_id: string | null
}

/** What services and HTTP may use besides: the network to clouds. Operations never see it, so none can call a cloud inside a transaction. */
export interface EdgeContext extends Context, Writers {
  readonly providers: Providers
  readonly timers: Timers
  /** What happens, for the sockets of this server; fed by the fan-out services. */
  readonly live: Live
  /** Where containers of a pool type reach this API; the reason when they cannot. */
  readonly apiUrlFor: (pool_type: string) => { readonly url: string } | { readonly waiting: string }
}

export interface Live {
  readonly events: Channel<StoredEvent>
  readonly logs: Channel<LogRow>
  /** Some background task is there to be done. */
  readonly tasks: Channel<'some'>
}

export interface Clock {
  now(): Timestamp
}

export interface Ids {
  /** Random (version 4): the id of most objects. */
  uuid(): string
  /** Time-ordered (version 7): states, events, scheduled runs. */
  uuid7(): string
}

export interface Random {
  /** In [0, 1). */
  fraction(): number
  bytes(length: number): Buffer
}

export interface Timers {
  /** Calls back once after `ms`; the returned function cancels. */
  after(ms: number, callback: () => void): () => void
}

/**
 * The named points at which a test may look in, wait, throw or kill the process.
 * In production a probe does nothing. The crash suite walks over all names.
 */
export const PROBES = [
  'claim.before-commit',
  'claim.after-commit',
  'submission.before-sent',
  'submission.sent',
  'submission.before-call',
  'submission.after-call',
  'submission.before-record',
  'submission.recorded',
  'set-state.before-commit',
  'set-state.after-commit',
  'scheduler.planned',
  'observation.before-apply',
  'observation.applied',
  'event.published',
  'server.listening',
] as const

export type ProbeName = (typeof PROBES)[number]
export type Probe = (name: ProbeName, details?: Readonly<Record<string, unknown>>) => Promise<void> | void
