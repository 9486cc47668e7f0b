import type { Effect, FlowRunPolicy, Origin, ProposedState, RunFacts, StateType } from './verdict.ts'

/** A change of the run that a rule makes besides its answer. */
export interface Change {
  readonly policy?: Partial<FlowRunPolicy>
  readonly run_count?: number
  readonly flow_run_run_count?: number
}

interface Accompaniment {
  readonly effects?: readonly Effect[]
  /** Made before bookkeeping, which sees it. */
  readonly before?: Change
  /** Made after bookkeeping, so it has the last word. */
  readonly after?: Change
}

/** No objection; perhaps the proposed state is amended (never its type). */
export interface Pass extends Accompaniment {
  readonly kind: 'pass'
  readonly proposed?: ProposedState
}

export type Stop =
  /** With a state: that one is written instead. Null: the run stays as it is. */
  | (Accompaniment & { readonly kind: 'reject'; readonly state: ProposedState | null; readonly reason: string })
  | { readonly kind: 'wait'; readonly delay_seconds: number; readonly reason: string }
  | { readonly kind: 'abort'; readonly reason: string }

export type Answer = Pass | Stop

/**
 * One row of a policy. It is asked only for its pairs of (current, proposed) type, and only while no earlier row has
 * stopped the proposal; what earlier rows wanted to change is dropped when a later one stops it.
 */
export interface Rule<Facts extends RunFacts> {
  readonly name: string
  readonly from: readonly Origin[]
  readonly to: readonly StateType[]
  /** Null: nothing to say. */
  check(facts: Facts, proposed: ProposedState): Answer | null
}

/** What follows from a state that is written, accepted or put in place of a refused one, whatever the rules were. */
export interface Aftermath<Facts extends RunFacts> {
  readonly name: string
  effects(facts: Facts, written: ProposedState, was_rejected: boolean): readonly Effect[]
}

export function amend(proposed: ProposedState, details: Partial<ProposedState['state_details']>): ProposedState {
  return { ...proposed, state_details: { ...proposed.state_details, ...details } }
}
