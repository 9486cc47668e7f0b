import type { Timestamp } from '@slipway/contract'
import type { Logger } from 'pino'
import type { Config } from './config.ts'
import type { Providers } from './providers/provider.ts'
import type { Database } from './store/database.ts'
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
}

/** What services and HTTP may use besides: the network to clouds. Operations never see it, so none can call a cloud inside a transaction. */
export interface EdgeContext extends Context {
  readonly providers: Providers
  readonly timers: Timers
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
