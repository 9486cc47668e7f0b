/** Answers after which the same request may be sent again, whatever its method. */
const RETRYABLE: readonly number[] = [408, 429, 502, 503]

export function isRetryableStatus(status: number): boolean {
  return RETRYABLE.includes(status)
}

export interface RetryFacts {
  /** 1 before the first repetition. */
  readonly attempt: number
  /** The server's `Retry-After`: seconds, with a fraction or without, or an HTTP date. */
  readonly retryAfter: string | null
  readonly nowMs: number
  /** In [0, 1). */
  readonly random: number
}

/** 2, 4, 8, 16, 32 s, give or take a fifth; or what the server asked for, up to a fifth more, so that not all come back at once. */
export function retryDelayMs({ attempt, retryAfter, nowMs, random }: RetryFacts): number {
  const asked = retryAfter === null ? null : parseRetryAfter(retryAfter, nowMs)
  if (asked !== null) return asked * (1 + random * 0.2)
  return 1_000 * Math.min(2 ** attempt, 32) * (0.8 + random * 0.4)
}

function parseRetryAfter(text: string, nowMs: number): number | null {
  const seconds = Number(text)
  if (text.trim() !== '' && Number.isFinite(seconds)) return Math.max(0, seconds * 1_000)
  const date = Date.parse(text)
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs)
}
