/** How one attempt of a task ended, and how that reads. */
import type { ContainerEnd } from '../engine.ts'
import type { TaskRecord } from './resources.ts'

export interface AttemptEnd extends ContainerEnd {
  readonly timedOut?: boolean
  /** Started again without counting as a retry. */
  readonly again?: boolean
}

/** What there is to say about an end beyond its exit code or signal. */
export function explainEnd(end: AttemptEnd): string | null {
  if (end.problem !== undefined) return end.problem
  if (end.timedOut === true) return 'The configured timeout was reached.'
  return end.again === true ? 'The instance was preempted.' : null
}

export function describeAttempt(attempt: TaskRecord['last_attempt']): string {
  if (attempt === null) return 'an unknown error'
  if (attempt.message !== null) return `message: ${attempt.message}`
  return attempt.exit_code === null ? `signal ${attempt.term_signal ?? 0}` : `exit code ${attempt.exit_code}`
}
