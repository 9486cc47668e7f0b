import { readConfig } from './config.ts'
import { createHost } from './host.ts'
import { createLogger } from './logger.ts'
import { findEngineContext, type EngineContext } from './run-context.ts'
import { createSession } from './session.ts'
import { defineTask, type TaskOptions } from './task-definition.ts'
import { runTask } from './task-engine.ts'

/** A function whose runs are recorded and tried again. Called outside of a flow it runs the same way, unrecorded. */
export type Task<A extends readonly unknown[], R> = (...args: A) => Promise<R>

/**
 * Makes a task of a function. Several calls without `await` between them run side by side.
 *
 * @example
 * const fetchPage = task({ name: 'fetch-page', retries: 3, retryDelaySeconds: [1, 10] }, async (url: string) => {
 *   const response = await fetch(url, { signal: runContext()?.signal ?? null })
 *   return await response.text()
 * })
 */
export function task<A extends readonly unknown[], R>(
  options: TaskOptions,
  fn: (...args: A) => R | Promise<R>,
): Task<A, R> {
  const definition = defineTask(options, fn.toString())
  return async (...args) => await runTask(definition, () => fn(...args), findEngineContext() ?? contextOutsideOfFlows())
}

function contextOutsideOfFlows(): EngineContext {
  const host = createHost()
  const config = readConfig(host.env)
  const session = createSession(host, { ...config, api: null })
  const logger = createLogger({
    host,
    level: config.logLevel,
    sink: null,
    name: 'slipway',
    label: 'No run',
    flowRunId: null,
    taskRunId: null,
  })
  const flowRun = { id: host.uuid(), name: 'none', flowId: '', flowName: '', deploymentId: null, tags: [], runCount: 1 }
  return { session, flowRun, taskRun: null, signal: new AbortController().signal, logger, taskCounts: new Map() }
}
