import { type State, epochMs, operations } from '@slipway/contract'
import type { Cloud } from '../stage/cloud.ts'
import type { SeenRequest } from '../stage/emulator-control.ts'

export interface Summary {
  readonly flow_run_id: string
  readonly state: string | null
  /** From the time at which the run was due to the arrival of the call that creates its job. */
  readonly due_to_provider_call_ms: number | null
  readonly due_to_running_ms: number | null
}

export interface Evidence {
  readonly flow_run_id: string
  readonly expected_start_time: string | null
  readonly state_name: string | null
  readonly states: readonly State[]
  /** The calls that created a job for this run. */
  readonly creations: readonly SeenRequest[]
}

export function summarise({ flow_run_id, expected_start_time, state_name, states, creations }: Evidence): Summary {
  const due = expected_start_time === null ? null : epochMs(expected_start_time)
  const running = states.find(({ type }) => type === 'RUNNING')
  const since = (moment: number | undefined) =>
    due === null || moment === undefined ? null : Math.round((moment - due) * 10) / 10
  return {
    flow_run_id,
    state: state_name,
    due_to_provider_call_ms: since(creations[0]?.received_ms),
    due_to_running_ms: since(running === undefined ? undefined : epochMs(running.timestamp)),
  }
}

/** Reads what the summary rests on: the run from the server, the calls from the cloud. */
export async function readEvidence(
  { client, control }: Pick<Cloud, 'client' | 'control'>,
  flow_run_id: string,
  states: readonly State[],
): Promise<Evidence> {
  const run = await client.call(operations.readFlowRun, { params: { id: flow_run_id } })
  const creations = (await control.creations()).filter(({ body }) => JSON.stringify(body).includes(flow_run_id))
  const { expected_start_time, state_name } = run
  return { flow_run_id, expected_start_time, state_name, states, creations }
}

/** Why this is no success, or null: the run must be Completed, by one process. */
export function findFault(summary: Summary, starts: number, states: readonly State[]): string | null {
  const last = states.at(-1)
  if (summary.state !== 'Completed') {
    const why = last?.message ?? null
    return `The run is ${summary.state ?? 'without a state'}, not Completed${why === null ? '' : `: ${why}`}`
  }
  if (starts !== 1) return `Cloud Run started ${starts} processes for the run; it must be exactly 1`
  return null
}
