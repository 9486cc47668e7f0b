import type { ApiClient, Patience } from './client.ts'
import type { FlowDefinition } from './flow-definition.ts'
import type { Host } from './host.ts'
import { addSeconds } from './time.ts'
import { AwaitingRetry } from './states.ts'
import type { OrchestrationResult, ServerState, StateCreate } from './wire.ts'

/** Who decides over the states of one flow run. */
export interface Orchestrator {
  readonly setState: (state: StateCreate, patience: Patience | null) => Promise<OrchestrationResult>
}

export function createRemoteOrchestrator(client: ApiClient, flowRunId: string): Orchestrator {
  return { setState: async (state, patience) => await client.setFlowRunState(flowRunId, state, patience) }
}

/** Without a server: everything is granted, and failures are tried again as the flow wants it. */
export function createLocalOrchestrator(host: Host, definition: FlowDefinition<unknown>): Orchestrator {
  let runCount = 0
  const keep = (state: StateCreate): ServerState => ({ ...state, id: host.uuid7(), timestamp: host.now() })
  return {
    async setState(state) {
      if (state.type === 'RUNNING') runCount += 1
      if (state.type !== 'FAILED' || runCount > definition.retries)
        return { status: 'ACCEPT', state: keep(state), details: {} }
      const retry = AwaitingRetry({
        scheduledTime: addSeconds(host.now(), definition.retryDelaySeconds),
        ...(state.message === null ? {} : { message: state.message }),
      })
      return { status: 'REJECT', state: keep(retry), details: { reason: 'Retrying' } }
    },
  }
}
