import { describeError } from './errors.ts'
import type { Session } from './session.ts'
import { AwaitingRetry, Cancelled, Completed, Crashed, Failed, isState, type State } from './states.ts'
import type { Outcome } from './supervise.ts'

/** The state to propose for what came out of a flow. */
export function finalState({ host, config }: Session, outcome: Outcome<unknown>): State {
  if (outcome.kind !== 'interrupted') return stateOfWork(outcome)
  const { kind, message } = outcome.error
  if (kind === 'cancelled') return Cancelled({ message })
  if (kind === 'terminated' && config.onSigterm === 'reschedule')
    return AwaitingRetry({ scheduledTime: host.now(), message })
  return Crashed({ message })
}

/** The same for a flow and a task, when they came to an end by themselves. */
export function stateOfWork(outcome: Exclude<Outcome<unknown>, { kind: 'interrupted' }>): State {
  switch (outcome.kind) {
    case 'returned':
      return isState(outcome.value) ? outcome.value : Completed()
    case 'threw':
      return Failed({ message: describeError(outcome.error) })
    case 'timed-out':
      return Failed({ name: 'TimedOut', message: outcome.error.message })
  }
}
