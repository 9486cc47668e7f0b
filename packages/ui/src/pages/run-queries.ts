import type { DeploymentResponse, Flow, FlowRunResponse, OrchestrationResult, State, TaskRun } from '@slipway/contract'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api } from '../api/client.ts'

export function useRun(id: string) {
  return useQuery({
    queryKey: ['run', id],
    queryFn: ({ signal }) => api.get<FlowRunResponse>(`/flow_runs/${id}`, signal),
  })
}

export function useRunStates(id: string) {
  return useQuery({
    queryKey: ['run', id, 'states'],
    queryFn: ({ signal }) => api.get<State[]>(`/flow_run_states/?flow_run_id=${id}`, signal),
  })
}

export function useTaskRuns(id: string) {
  return useQuery({
    queryKey: ['run', id, 'tasks'],
    queryFn: ({ signal }) =>
      api.post<TaskRun[]>(
        '/task_runs/filter',
        { flow_runs: { id: { any_: [id] } }, sort: 'EXPECTED_START_TIME_ASC', limit: 200 },
        { signal },
      ),
  })
}

export function useFlow(id: string | undefined) {
  return useQuery({
    queryKey: ['flow', id],
    enabled: id !== undefined,
    staleTime: 60_000,
    queryFn: ({ signal }) => api.get<Flow>(`/flows/${id ?? ''}`, signal),
  })
}

export function useDeployment(id: string | null | undefined) {
  return useQuery({
    queryKey: ['deployments', id],
    enabled: id !== undefined && id !== null,
    queryFn: ({ signal }) => api.get<DeploymentResponse>(`/deployments/${id ?? ''}`, signal),
  })
}

export type Change = 'cancel' | 'retry'

const PROPOSALS = {
  cancel: { state: { type: 'CANCELLING', name: 'Cancelling', message: 'Cancelled in the web interface' } },
  retry: {
    state: { type: 'SCHEDULED', name: 'AwaitingRetry', message: 'Retried in the web interface' },
    force: true,
  },
} as const

/** Proposes a state; a proposal that the server did not take is an error with its reason. */
export function useChangeRun(id: string, onDone: () => void) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (change: Change) => {
      const result = await api.post<OrchestrationResult>(`/flow_runs/${id}/set_state`, PROPOSALS[change])
      const isTaken = result.status === 'ACCEPT' || (change === 'cancel' && result.state?.type === 'CANCELLED')
      if (!isTaken) throw new Error(reasonOf(result))
    },
    onSuccess: async () => {
      onDone()
      await client.invalidateQueries({ queryKey: ['run', id] })
    },
  })
}

function reasonOf({ details, status }: OrchestrationResult): string {
  const reason = 'reason' in details ? details.reason : null
  return reason ?? `The server answered ${status}.`
}
