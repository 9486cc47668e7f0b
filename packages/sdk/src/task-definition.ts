import { createHash } from 'node:crypto'
import { checkCount, checkName, checkSeconds } from './flow-definition.ts'

export interface TaskOptions {
  readonly name: string
  /** Recorded with each run. */
  readonly version?: string
  /** How often a failed run is tried again. Default 0. */
  readonly retries?: number
  /** Seconds before the next try; of a list the first number counts before the first retry, the last one from then on. Default 0. */
  readonly retryDelaySeconds?: number | readonly number[]
  /** Prolongs each delay by a random part of up to this factor, so that many tasks do not come back at once. Default 0. */
  readonly retryJitterFactor?: number
  /** After so many seconds the signal is aborted and the run is Failed, named `TimedOut`. Default: never. */
  readonly timeoutSeconds?: number
  readonly tags?: readonly string[]
}

export interface TaskDefinition {
  readonly name: string
  /** Equal for all runs of the same code. */
  readonly key: string
  readonly version: string | null
  readonly retries: number
  readonly retryDelaysSeconds: readonly number[]
  readonly retryJitterFactor: number
  readonly timeoutSeconds: number | null
  readonly tags: readonly string[]
}

/** `source` is the text of the task's function. */
export function defineTask(options: TaskOptions, source: string): TaskDefinition {
  const name = checkName('task', options.name)
  const delays =
    typeof options.retryDelaySeconds === 'object' ? options.retryDelaySeconds : [options.retryDelaySeconds ?? 0]
  for (const delay of delays) checkSeconds(name, 'retryDelaySeconds', delay)
  return {
    name,
    key: `${name}-${createHash('sha256').update(source).digest('hex').slice(0, 8)}`,
    version: options.version ?? null,
    retries: checkCount(name, 'retries', options.retries ?? 0),
    retryDelaysSeconds: delays,
    retryJitterFactor: checkSeconds(name, 'retryJitterFactor', options.retryJitterFactor ?? 0),
    timeoutSeconds:
      options.timeoutSeconds === undefined ? null : checkSeconds(name, 'timeoutSeconds', options.timeoutSeconds),
    tags: options.tags ?? [],
  }
}

/** `failures` is 1 after the first one; `random` lies in [0, 1). */
export function taskRetryDelaySeconds(definition: TaskDefinition, failures: number, random: number): number {
  const delays = definition.retryDelaysSeconds
  const delay = delays[Math.min(failures, delays.length) - 1] ?? 0
  return delay * (1 + random * definition.retryJitterFactor)
}
