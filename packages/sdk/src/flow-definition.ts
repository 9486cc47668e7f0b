import { ConfigurationError } from './errors.ts'

export interface FlowOptions {
  /** As the server lists it. No slash, percent sign, ampersand or angle bracket. */
  readonly name: string
  /** Recorded with each run, for example a commit. */
  readonly version?: string
  /** How often a failed run is tried again, in the same process. Default 0. */
  readonly retries?: number
  /** Seconds between the tries. Default 0. */
  readonly retryDelaySeconds?: number
  /** After so many seconds the signal is aborted and the run is Failed, named `TimedOut`. Default: never. */
  readonly timeoutSeconds?: number
  readonly tags?: readonly string[]
}

/** A flow ready to be executed; the parameters of a run are one object. */
export interface FlowDefinition<R> {
  readonly name: string
  readonly version: string | null
  readonly retries: number
  readonly retryDelaySeconds: number
  readonly timeoutSeconds: number | null
  readonly tags: readonly string[]
  readonly fn: (parameters: object) => R | Promise<R>
}

export function defineFlow<R>(options: FlowOptions, fn: (parameters: object) => R | Promise<R>): FlowDefinition<R> {
  return {
    name: checkName('flow', options.name),
    version: options.version ?? null,
    retries: checkCount(options.name, 'retries', options.retries ?? 0),
    retryDelaySeconds: checkSeconds(options.name, 'retryDelaySeconds', options.retryDelaySeconds ?? 0),
    timeoutSeconds:
      options.timeoutSeconds === undefined
        ? null
        : checkSeconds(options.name, 'timeoutSeconds', options.timeoutSeconds),
    tags: options.tags ?? [],
    fn,
  }
}

export function checkName(what: string, name: string): string {
  if (typeof name === 'string' && /^[^/%&><]+$/.test(name)) return name
  throw new ConfigurationError(`A ${what} needs a name without / % & > <, not ${JSON.stringify(name)}`)
}

export function checkCount(owner: string, option: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw new ConfigurationError(`${option} of "${owner}" must be a whole number of at least 0, not ${value}`)
}

export function checkSeconds(owner: string, option: string, value: number): number {
  if (Number.isFinite(value) && value >= 0) return value
  throw new ConfigurationError(`${option} of "${owner}" must be a number of seconds of at least 0, not ${value}`)
}

const MAX_PARAMETER_BYTES = 512 * 1_024

/** Parameters travel as JSON: what would be lost on the way is refused here, with the reason. */
export function checkParameters(flowName: string, parameters: unknown): object {
  if (typeof parameters !== 'object' || parameters === null || Array.isArray(parameters)) {
    throw new TypeError(`The parameters of flow "${flowName}" must be an object`)
  }
  const bytes = Buffer.byteLength(JSON.stringify(parameters))
  if (bytes > MAX_PARAMETER_BYTES)
    throw new TypeError(`The parameters of flow "${flowName}" take ${bytes} bytes; ${MAX_PARAMETER_BYTES} are allowed`)
  return parameters
}
