import type { Sql } from 'sql-template-tag'

/** What a statement may run on: the pool, or one open transaction. */
export interface Queryable {
  /** Runs one statement. `Row` is the shape that the statement selects. */
  query<Row extends object = Record<string, never>>(statement: Sql): Promise<Row[]>
}

export interface Transaction extends Queryable {
  /** Marks the type: a function that asks for a Transaction must not be given the pool. */
  readonly isTransaction: true
}

export interface Database extends Queryable {
  /** Commits when `work` resolves, rolls back when it throws. Serialization failures and deadlocks are retried by the caller, not here. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
  /** Notifications of one channel, from now on. A lost connection is reopened, and `onMessage('')` tells that some may be lost. */
  listen(channel: string, onMessage: (payload: string) => void): Promise<() => Promise<void>>
  close(): Promise<void>
}
