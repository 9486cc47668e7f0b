import type { Timestamp } from '@slipway/contract'
import { NO_POLICY } from '../domain/orchestration/empirical-policy.ts'
import { type StateRequest, proposeState } from '../domain/orchestration/proposal.ts'
import type {
  DeploymentLimit,
  FlowRunFacts,
  State,
  StateType,
  TagLimit,
  TaskRunFacts,
} from '../domain/orchestration/verdict.ts'

export const NOW: Timestamp = '2026-03-01T12:00:00.000000Z'
export const A_MINUTE_AGO: Timestamp = '2026-03-01T11:59:00.000000Z'
export const AN_HOUR_LATER: Timestamp = '2026-03-01T13:00:00.000000Z'

/** A state that was written a minute ago. */
export function sampleState(type: StateType, request: Partial<StateRequest> = {}): State {
  const { name, message, data, state_details } = proposeState({ ...request, type }, A_MINUTE_AGO)
  return { id: `state-${type.toLowerCase()}`, type, name, timestamp: A_MINUTE_AGO, message, data, state_details }
}

/** A flow run that nobody deployed, in no state yet, asked about by a current client of Prefect. */
export function sampleFlowRunFacts(
  run: Partial<FlowRunFacts['run']> = {},
  facts: Partial<Omit<FlowRunFacts, 'run'>> = {},
): FlowRunFacts {
  return {
    now: NOW,
    deployment_found: run.deployment_id !== undefined && run.deployment_id !== null,
    deployment_limit: null,
    lease_alive: false,
    client_version: '3.8.8',
    submission: null,
    fresh: { state_id: 'state-new', lease_id: 'lease-new', pause_key: 'key-new' },
    ...facts,
    run: {
      id: 'run-1',
      state: null,
      deployment_id: null,
      parent_task_run_id: null,
      infrastructure_pid: null,
      run_count: 0,
      start_time: null,
      end_time: null,
      total_run_time: 0,
      expected_start_time: null,
      next_scheduled_start_time: null,
      empirical_policy: NO_POLICY,
      ...run,
    },
  }
}

export function sampleTaskRunFacts(
  run: Partial<TaskRunFacts['run']> = {},
  facts: Partial<Omit<TaskRunFacts, 'run'>> = {},
): TaskRunFacts {
  return {
    now: NOW,
    flow_run: { id: 'run-1', run_count: 1, state: sampleState('RUNNING') },
    tag_limits: [],
    cached_state: null,
    fresh: { state_id: 'state-new', lease_id: 'lease-new', fraction: 0.5 },
    ...facts,
    run: {
      id: 'task-1',
      state: null,
      flow_run_id: 'run-1',
      task_key: 'extract',
      tags: [],
      empirical_policy: { retries: null, retry_delay: null, retry_jitter_factor: null },
      run_count: 0,
      flow_run_run_count: 0,
      start_time: null,
      end_time: null,
      total_run_time: 0,
      expected_start_time: null,
      next_scheduled_start_time: null,
      ...run,
    },
  }
}

export function sampleLimit(active_slots: number, limit: Partial<DeploymentLimit> = {}): DeploymentLimit {
  return {
    limit_id: 'limit-1',
    limit: 2,
    active_slots,
    collision_strategy: 'ENQUEUE',
    grace_period_seconds: null,
    ...limit,
  }
}

export function sampleTagLimit(tag: string, limit: Partial<TagLimit> = {}): TagLimit {
  return { limit_id: `limit-${tag}`, tag, limit: 1, active_slots: 0, avg_slot_occupancy_seconds: 2, ...limit }
}
