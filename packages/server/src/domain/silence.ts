import { addSeconds, secondsBetween, type Timestamp } from '@slipway/contract'

/** What is known of a run that is thought to run. */
export interface SignsOfLife {
  /** When its latest heartbeats arrived, the newest first. */
  readonly heartbeats: readonly Timestamp[]
  /** When anything else of it arrived: a log line, the state of a task, its own state. */
  readonly others: readonly Timestamp[]
}

export interface Watch {
  readonly now: Timestamp
  /** Since when somebody has listened without a break: what came before may have been missed. */
  readonly watching_since: Timestamp
  /** The least silence that means anything. */
  readonly timeout_seconds: number
}

/** A silence has to be so many times longer than a run was ever silent between two heartbeats. */
const PATIENCE = 4

export interface Silence {
  readonly since: Timestamp
  readonly seconds: number
}

/**
 * Whether a run that promised heartbeats is silent for too long; null: it is not, or it never promised any. How often a
 * heartbeat comes is the client's setting and is seen only from the second one on; until then the patience is as if the
 * whole timeout lay between two.
 */
export function findSilence({ heartbeats, others }: SignsOfLife, watch: Watch): Silence | null {
  const [newest] = heartbeats
  if (newest === undefined) return null
  const gaps = heartbeats.slice(1).map((earlier, index) => secondsBetween(earlier, heartbeats[index] ?? earlier))
  const longest = gaps.length === 0 ? watch.timeout_seconds : Math.max(...gaps)
  const patience = Math.max(watch.timeout_seconds, PATIENCE * longest)
  const since = [newest, ...others].reduce((latest, moment) => (moment > latest ? moment : latest))
  const counted_from = since > watch.watching_since ? since : watch.watching_since
  if (addSeconds(counted_from, patience) > watch.now) return null
  return { since, seconds: Math.floor(secondsBetween(since, watch.now)) }
}
