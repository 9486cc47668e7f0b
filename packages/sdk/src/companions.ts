import { watchForEnd } from './cancellation.ts'
import type { FlowExecution } from './engine.ts'
import { sendHeartbeats } from './heartbeat.ts'
import { keepLease } from './lease.ts'
import type { Logger } from './logger.ts'
import type { ServerState } from './wire.ts'

/** What goes on beside a running flow: it listens for its end, gives signs of life and keeps its concurrency slot. */
export function startCompanions(
  { session, run, interruption }: FlowExecution<unknown>,
  running: ServerState,
  logger: Logger,
): () => void {
  const { host, connection, config } = session
  if (connection === null) return () => undefined
  const stopping = new AbortController()
  const { signal } = stopping
  const leaseId = running.state_details.deployment_concurrency_lease_id ?? null
  const companion = { host, connection, run, interruption, logger, signal }
  // None of them rejects: each one ends by itself when the signal is aborted.
  void watchForEnd(companion, running.timestamp)
  void sendHeartbeats(companion, config.heartbeatMs)
  if (leaseId !== null) void keepLease(companion, leaseId)
  return () => stopping.abort(new Error('The flow run is over'))
}
