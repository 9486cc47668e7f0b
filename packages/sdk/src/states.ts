import type { StateCreate, StateDetails, StateType } from './wire.ts'

/** Marks objects made here, in every copy of the SDK that one process may have loaded. */
const STATE = Symbol.for('@slipway/sdk state')

/** A state that a flow or a task may return to decide by itself how it ends, whatever it computed. */
export interface State extends StateCreate {
  readonly [STATE]: true
}

export interface StateOptions {
  /** Shown instead of the type, for example `Skipped`. */
  readonly name?: string
  readonly message?: string
}

export function Completed(options?: StateOptions): State {
  return makeState('COMPLETED', 'Completed', options)
}

export function Failed(options?: StateOptions): State {
  return makeState('FAILED', 'Failed', options)
}

export function Cancelled(options?: StateOptions): State {
  return makeState('CANCELLED', 'Cancelled', options)
}

export function Crashed(options?: StateOptions): State {
  return makeState('CRASHED', 'Crashed', options)
}

export function Pending(options?: StateOptions): State {
  return makeState('PENDING', 'Pending', options)
}

export function Running(options?: StateOptions): State {
  return makeState('RUNNING', 'Running', options)
}

/** Waits for another try; the server or the task engine says when. */
export function AwaitingRetry(options: StateOptions & { readonly scheduledTime: string }): State {
  return withDetails(makeState('SCHEDULED', 'AwaitingRetry', options), { scheduled_time: options.scheduledTime })
}

export function isState(value: unknown): value is State {
  return typeof value === 'object' && value !== null && STATE in value
}

export function withDetails(state: State, details: StateDetails): State {
  return { ...state, state_details: { ...state.state_details, ...details } }
}

/** A message goes into events, which have a size limit. */
const MAX_MESSAGE_LENGTH = 100_000

function makeState(type: StateType, name: string, options: StateOptions | undefined): State {
  return {
    [STATE]: true,
    type,
    name: options?.name ?? name,
    message: options?.message?.slice(0, MAX_MESSAGE_LENGTH) ?? null,
    data: null,
    state_details: {},
  }
}
