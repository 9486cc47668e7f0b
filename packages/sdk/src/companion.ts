import type { Host } from './host.ts'
import type { Logger } from './logger.ts'
import type { FlowRunInfo } from './run-context.ts'
import type { Connection } from './session.ts'

/** What a companion of a running flow may use. */
export interface Companion {
  readonly host: Host
  readonly connection: Connection
  readonly run: FlowRunInfo
  /** By which it can end the flow. */
  readonly interruption: AbortController
  readonly logger: Logger
  /** By which it is ended. */
  readonly signal: AbortSignal
}

/** False when the companion has to end. */
export async function pause({ host, signal }: Companion, ms: number): Promise<boolean> {
  try {
    await host.sleep(ms, signal)
    return true
  } catch (error) {
    if (signal.aborted) return false
    throw error
  }
}
