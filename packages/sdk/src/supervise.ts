import { InterruptedError, TimedOutError } from './errors.ts'
import type { Host } from './host.ts'

export type Outcome<R> =
  | { readonly kind: 'returned'; readonly value: R }
  | { readonly kind: 'threw'; readonly error: unknown }
  | { readonly kind: 'interrupted'; readonly error: InterruptedError }
  | { readonly kind: 'timed-out'; readonly error: TimedOutError }

export interface Supervision {
  readonly host: Host
  /** Aborted with an `InterruptedError`. */
  readonly signal: AbortSignal
  readonly timeoutSeconds: number | null
}

/** How long cancelled code may take to clean up before the run is given up on. */
const CANCEL_GRACE_MS = 5_000

/**
 * Runs user code until it is done, is out of time or is interrupted. JavaScript cannot be stopped from outside: code
 * that ignores its signal goes on, but nobody waits for it any longer.
 */
export async function supervise<R>(
  options: Supervision,
  work: (signal: AbortSignal) => R | Promise<R>,
): Promise<Outcome<R>> {
  const { host, timeoutSeconds } = options
  const timeout = new AbortController()
  const cancelTimeout =
    timeoutSeconds === null
      ? null
      : host.after(timeoutSeconds * 1_000, () =>
          timeout.abort(new TimedOutError(`Took longer than ${timeoutSeconds} s`)),
        )
  const signal = AbortSignal.any([options.signal, timeout.signal])
  const abandoned = watch(host, signal)
  try {
    return await Promise.race([settle(signal, work), abandoned.promise])
  } finally {
    cancelTimeout?.()
    abandoned.stop()
  }
}

async function settle<R>(signal: AbortSignal, work: (signal: AbortSignal) => R | Promise<R>): Promise<Outcome<R>> {
  try {
    return { kind: 'returned', value: await work(signal) }
  } catch (error) {
    // Code that heeds its signal throws because of it; what counts then is why.
    return signal.aborted ? stopped(signal.reason) : { kind: 'threw', error }
  }
}

function watch(host: Host, signal: AbortSignal): { promise: Promise<Outcome<never>>; stop: () => void } {
  const { promise, resolve } = Promise.withResolvers<Outcome<never>>()
  let cancelGrace: (() => void) | null = null
  const onAbort = (): void => {
    const outcome = stopped(signal.reason)
    const mayCleanUp =
      outcome.kind === 'interrupted' && (outcome.error.kind === 'cancelled' || outcome.error.kind === 'ended')
    if (mayCleanUp) cancelGrace = host.after(CANCEL_GRACE_MS, () => resolve(outcome))
    else resolve(outcome)
  }
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  const stop = (): void => {
    signal.removeEventListener('abort', onAbort)
    cancelGrace?.()
  }
  return { promise, stop }
}

function stopped(reason: unknown): Outcome<never> & { kind: 'interrupted' | 'timed-out' } {
  if (reason instanceof TimedOutError) return { kind: 'timed-out', error: reason }
  if (reason instanceof InterruptedError) return { kind: 'interrupted', error: reason }
  return {
    kind: 'interrupted',
    error: new InterruptedError('crashed', 'Interrupted for an unknown reason', { cause: reason }),
  }
}
