/** The process was told something it cannot work with: a missing variable, a bad address, an impossible option. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
}

/** The server answered, and refused. `status` is the HTTP status, `detail` what the server said about it. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly detail: string

  constructor(call: string, status: number, detail: string) {
    super(`${call} was refused with status ${status}: ${detail}`)
    this.status = status
    this.detail = detail
  }
}

/** No usable answer came, however often it was tried. Whether the last request took effect is unknown. */
export class ApiUnreachableError extends Error {
  override readonly name = 'ApiUnreachableError'
}

/** Why running code is asked to stop. It is the `reason` of the signal that a flow or a task gets. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError'
  /**
   * cancelled: somebody asked for it. terminated: the platform stops the process. crashed: it cannot go on.
   * ended: the run is over already, decided elsewhere.
   */
  readonly kind: 'cancelled' | 'terminated' | 'crashed' | 'ended'

  constructor(kind: InterruptedError['kind'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}

/** A flow or a task ran longer than its `timeoutSeconds`. */
export class TimedOutError extends Error {
  override readonly name = 'TimedOutError'
}

/** A run did not complete, for another reason than an error of its own function; `state` is the type of its state, if known. */
export class RunFailedError extends Error {
  override readonly name = 'RunFailedError'
  readonly state: string | null

  constructor(message: string, state: string | null, options?: ErrorOptions) {
    super(message, options)
    this.state = state
  }
}

/** "TypeError: x is not a function", also for the odd things that can be thrown. */
export function describeError(error: unknown): string {
  if (error instanceof Error) return error.message === '' ? error.name : `${error.name}: ${error.message}`
  return `Thrown: ${typeof error === 'string' ? error : JSON.stringify(error)}`
}

/** With the stack and the chain of causes, for a log. */
export function explainError(error: unknown): string {
  if (!(error instanceof Error)) return describeError(error)
  const own = error.stack ?? describeError(error)
  return error.cause === undefined ? own : `${own}\nCaused by: ${explainError(error.cause)}`
}
