import { AsyncLocalStorage } from 'node:async_hooks'
import { createHost } from './host.ts'
import { createLogger, type Logger } from './logger.ts'
import type { Session } from './session.ts'

export interface FlowRunInfo {
  readonly id: string
  readonly name: string
  readonly flowId: string
  readonly flowName: string
  readonly deploymentId: string | null
  readonly tags: readonly string[]
  /** How often the run has been started, this time included. */
  readonly runCount: number
}

export interface TaskRunInfo {
  readonly id: string
  readonly name: string
  /** 1 at the first try. */
  readonly runCount: number
}

/** Where the running code is. */
export interface RunContext {
  readonly flowRun: FlowRunInfo
  /** null outside of a task. */
  readonly taskRun: TaskRunInfo | null
  /** Aborted when the run is cancelled, the process is told to stop or a timeout is over; pass it on to what takes long. */
  readonly signal: AbortSignal
  readonly logger: Logger
}

/** What the engine knows besides. */
export interface EngineContext extends RunContext {
  readonly session: Session
  /** Counts the runs of each task, for their names. */
  readonly taskCounts: Map<string, number>
}

/**
 * One for the whole process, even when a flow and the entry point each brought their own copy of this package:
 * otherwise a task would not find the flow it runs in.
 */
const storage = shareInProcess(Symbol.for('@slipway/sdk run context 1'), () => new AsyncLocalStorage<EngineContext>())

function shareInProcess<T>(key: symbol, make: () => T): T {
  const registry = globalThis as { [key: symbol]: T | undefined } // Only this function writes this key.
  registry[key] ??= make()
  return registry[key]
}

export function findEngineContext(): EngineContext | null {
  return storage.getStore() ?? null
}

export function runInContext<T>(context: EngineContext, work: () => T): T {
  return storage.run(context, work)
}

/**
 * The run that the calling code belongs to; null outside of a flow.
 *
 * @example
 * const response = await fetch(url, { signal: runContext()?.signal ?? null })
 */
export function runContext(): RunContext | null {
  return findEngineContext()
}

/**
 * The logger of the task or flow that is running; its lines are shown with the run and printed.
 * Outside of a run they are only printed.
 *
 * @example
 * getLogger().info('Loaded %d rows', rows.length)
 */
export function getLogger(): Logger {
  const context = findEngineContext()
  if (context !== null) return context.logger
  return createLogger({
    host: createHost(),
    level: 20,
    sink: null,
    name: 'slipway',
    label: 'No run',
    flowRunId: null,
    taskRunId: null,
  })
}
