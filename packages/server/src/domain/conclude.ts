import { type Timestamp, addSeconds } from '@slipway/contract'
import { proposeState } from './orchestration/proposal.ts'
import type { ProposedState, StateType } from './orchestration/verdict.ts'
import { isTerminal } from './orchestration/verdict.ts'

/** A cloud may take a while until it lists what it has just accepted. */
const YOUNG_SECONDS = 60

/** What a provider said about an execution; the shape of `Observation` in providers/provider.ts. */
export interface Observed {
  readonly phase: 'pending' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'missing'
  readonly exit_code: number | null
  /** In words. */
  readonly reason: string | null
  readonly finished_at: Timestamp | null
}

export interface Conclusion {
  readonly submission: {
    readonly sent_at: Timestamp
    readonly start_timeout_seconds: number
    /** Reports of the process may be on their way when the cloud already says that it is over. */
    readonly report_grace_seconds: number
  }
  readonly observation: Observed
  readonly run: {
    readonly state_type: StateType | null
    readonly state_name: string | null
    readonly retry_type: 'in_process' | 'reschedule' | null
  }
  readonly now: Timestamp
  /** When the execution was first seen as ended or missing; null: this is the first time. */
  readonly first_missing_at: Timestamp | null
  /** Slipway itself asked the cloud to stop the execution. */
  readonly stop_requested: boolean
}

export type Concluded =
  /** Propose this state for the run; `stop`: also ask the cloud to stop the execution. */
  | { readonly kind: 'propose'; readonly state: ProposedState; readonly stop: boolean }
  /** Look again then. */
  | { readonly kind: 'wait'; readonly until: Timestamp }
  | { readonly kind: 'nothing' }

const NOTHING: Concluded = { kind: 'nothing' }

/**
 * What follows for a flow run from what the cloud says about its container. An exit code of 0 is never a success: the
 * process of Prefect exits so after a failed, crashed or suspended run too. Only the run itself reports success.
 */
export function conclude(conclusion: Conclusion): Concluded {
  const { observation, run } = conclusion
  if (run.state_type === null || isTerminal(run.state_type)) return NOTHING
  switch (observation.phase) {
    case 'pending':
      return concludePending(conclusion)
    case 'running':
      return NOTHING
    case 'missing':
      return concludeMissing(conclusion)
    case 'succeeded':
    case 'failed':
    case 'cancelled':
      return concludeEnded(conclusion)
  }
}

function concludePending({ submission, observation, run, now }: Conclusion): Concluded {
  if (run.state_type !== 'PENDING') return NOTHING
  const { sent_at, start_timeout_seconds } = submission
  const deadline = addSeconds(sent_at, start_timeout_seconds)
  if (now < deadline) return { kind: 'wait', until: deadline }
  const why = observation.reason === null ? '' : ` ${sentence(observation.reason)}`
  return crashed(now, `The container did not start within ${start_timeout_seconds} seconds.${why}`, true)
}

function concludeMissing({ submission, run, now, first_missing_at }: Conclusion): Concluded {
  if (!needsProcess(run)) return NOTHING
  const old_enough = addSeconds(submission.sent_at, YOUNG_SECONDS)
  if (now < old_enough) return { kind: 'wait', until: old_enough }
  if (run.state_type === 'CANCELLING') return cancelled(now, 'The execution is gone; nothing of this run is running.')
  const settled = addSeconds(first_missing_at ?? now, submission.report_grace_seconds)
  if (now < settled) return { kind: 'wait', until: settled }
  return crashed(now, 'The job disappeared: it was deleted outside Slipway before the run ended.', false)
}

function concludeEnded(conclusion: Conclusion): Concluded {
  const { submission, observation, run, now, first_missing_at, stop_requested } = conclusion
  if (!needsProcess(run)) return NOTHING
  // Only Cancelled may follow, so there is no report worth waiting for.
  if (run.state_type === 'CANCELLING') {
    const by_us = observation.phase === 'cancelled' || stop_requested
    return cancelled(
      now,
      by_us ? 'The execution was stopped on request.' : 'The execution ended while the run was being cancelled.',
    )
  }
  const settled = addSeconds(observation.finished_at ?? first_missing_at ?? now, submission.report_grace_seconds)
  if (now < settled) return { kind: 'wait', until: settled }
  return crashed(now, endedMessage(conclusion), false)
}

function endedMessage({ observation, run, stop_requested }: Conclusion): string {
  const { phase, exit_code, reason } = observation
  if (phase === 'cancelled') {
    return stop_requested
      ? 'Slipway stopped the execution before the run ended.'
      : 'The execution was cancelled outside Slipway, in the cloud console or by another program.'
  }
  const state = run.state_name ?? run.state_type ?? 'without a state'
  if (phase === 'failed' && reason !== null) return sentence(reason)
  if (phase === 'failed' && exit_code !== null && exit_code !== 0) {
    return `The container exited with code ${exit_code} before the run reported its end (it was ${state}).`
  }
  if (run.state_type === 'PENDING') {
    return 'The container ended without starting the run. Its logs tell why; often it cannot reach the Slipway API.'
  }
  return `The container ended, but the run never reported its end (it was ${state}).`
}

/** A paused run may come back in another container, and so may one that waits for its turn; but not a retry in the same process. */
function needsProcess({ state_type, retry_type }: Conclusion['run']): boolean {
  if (state_type === 'SCHEDULED') return retry_type === 'in_process'
  return state_type !== 'PAUSED'
}

function crashed(now: Timestamp, message: string, stop: boolean): Concluded {
  return { kind: 'propose', state: proposeState({ type: 'CRASHED', message }, now), stop }
}

function cancelled(now: Timestamp, message: string): Concluded {
  return { kind: 'propose', state: proposeState({ type: 'CANCELLED', message }, now), stop: false }
}

function sentence(text: string): string {
  const trimmed = text.trim()
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`
}
