import type { Patience } from './client.ts'
import type { Host } from './host.ts'
import type { Orchestrator } from './orchestrator.ts'
import { withDetails, type State } from './states.ts'
import type { OrchestrationResult, ServerState } from './wire.ts'

/** What came of a proposal. */
export type Verdict =
  | { readonly kind: 'accepted'; readonly state: ServerState }
  /** The run is in another state instead, which rules from here on. */
  | { readonly kind: 'replaced'; readonly state: ServerState; readonly reason: string }
  /** The run is not ours to change. */
  | { readonly kind: 'aborted'; readonly reason: string }

export interface Proposer {
  readonly session: { readonly host: Host }
  readonly orchestrator: Orchestrator
}

/**
 * Proposes a state until the server has decided. All tries carry one `transition_id`: by it the server knows a
 * repetition again, and by the first one of a process it tells the one that may run from a duplicate of it.
 */
export async function propose(
  { session: { host }, orchestrator }: Proposer,
  state: State,
  patience: Patience,
): Promise<Verdict> {
  const proposed = withDetails(state, { transition_id: host.uuid() })
  for (;;) {
    const result = await orchestrator.setState(proposed, patience)
    switch (result.status) {
      case 'ACCEPT':
        return { kind: 'accepted', state: stateOf(result) }
      case 'WAIT':
        await host.sleep((result.details.delay_seconds ?? 1) * 1_000, patience.signal)
        break
      case 'ABORT':
        return { kind: 'aborted', reason: reasonOf(result) }
      case 'REJECT': {
        const current = stateOf(result)
        const isOurs =
          current.type === proposed.type && current.state_details.transition_id === proposed.state_details.transition_id
        return isOurs
          ? { kind: 'accepted', state: current }
          : { kind: 'replaced', state: current, reason: reasonOf(result) }
      }
    }
  }
}

function stateOf(result: OrchestrationResult): ServerState {
  if (result.state !== null) return result.state
  throw new Error(`The server answered ${result.status} without a state`)
}

function reasonOf(result: OrchestrationResult): string {
  return result.details.reason ?? 'The server gave no reason'
}
