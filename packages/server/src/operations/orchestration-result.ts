import type { State, Verdict } from '../domain/orchestration/verdict.ts'

/** What `set_state` answers, for every verdict. */
export interface OrchestrationAnswer {
  readonly state: State | null
  readonly status: 'ACCEPT' | 'REJECT' | 'WAIT' | 'ABORT'
  readonly details:
    | { readonly type: 'accept_details' }
    | { readonly type: 'reject_details'; readonly reason: string }
    | { readonly type: 'abort_details'; readonly reason: string }
    | { readonly type: 'wait_details'; readonly delay_seconds: number; readonly reason: string }
}

/** `state` is the run's state from now on: clients adopt it when their proposal is not accepted. */
export function orchestrationAnswer(verdict: Verdict, state: State | null): OrchestrationAnswer {
  switch (verdict.kind) {
    case 'accept':
      return { state, status: 'ACCEPT', details: { type: 'accept_details' } }
    case 'reject':
      return { state, status: 'REJECT', details: { type: 'reject_details', reason: verdict.reason } }
    case 'wait':
      return {
        state,
        status: 'WAIT',
        details: { type: 'wait_details', delay_seconds: verdict.delay_seconds, reason: verdict.reason },
      }
    case 'abort':
      return { state, status: 'ABORT', details: { type: 'abort_details', reason: verdict.reason } }
  }
}
