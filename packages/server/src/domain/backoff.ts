import { type Timestamp, addSeconds, secondsBetween } from '@slipway/contract'

export interface Backoff {
  readonly base_seconds: number
  readonly cap_seconds: number
  /** From the first try on; what is not done by then is given up. Null: never. */
  readonly budget_seconds: number | null
}

export type NextTry = { readonly kind: 'again'; readonly at: Timestamp } | { readonly kind: 'give-up' }

/**
 * When to try again after `tries` failed tries: full jitter, so that many who failed together do not come back together.
 * `at_least_seconds` is what the other side asked for.
 */
export function nextTry(
  backoff: Backoff,
  failure: {
    readonly tries: number
    readonly first_try_at: Timestamp
    readonly now: Timestamp
    readonly at_least_seconds: number
    /** Random in [0, 1). */
    readonly fraction: number
  },
): NextTry {
  const delay = Math.max(fullJitterSeconds(backoff, failure.tries, failure.fraction), failure.at_least_seconds)
  const at = addSeconds(failure.now, delay)
  const is_over = backoff.budget_seconds !== null && secondsBetween(failure.first_try_at, at) > backoff.budget_seconds
  return is_over ? { kind: 'give-up' } : { kind: 'again', at }
}

/** Between 0 and base · 2^(tries − 1), at most the cap. */
export function fullJitterSeconds({ base_seconds, cap_seconds }: Backoff, tries: number, fraction: number): number {
  const ceiling = Math.min(cap_seconds, base_seconds * 2 ** Math.max(0, tries - 1))
  return ceiling * fraction
}

/** Around `average`, evenly between `average · (1 ± factor)`, never negative. */
export function jitter(average: number, factor: number, fraction: number): number {
  return Math.max(0, average * (1 - factor + 2 * factor * fraction))
}
