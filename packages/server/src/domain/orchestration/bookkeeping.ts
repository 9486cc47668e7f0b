import { type Timestamp, addSeconds, secondsBetween } from '@slipway/contract'
import {
  type FlowRunFields,
  type FlowRunPolicy,
  type ProposedState,
  type RunTimes,
  type State,
  type StateDetails,
  type TaskRunFields,
  isTerminal,
} from './verdict.ts'

const ONE_MICROSECOND = 0.000_001

/** How a state comes to be written: the run as the rules left it, and the identity that the state gets. */
interface Entry<Run> {
  readonly run: Run
  readonly proposed: ProposedState
  readonly now: Timestamp
  readonly state_id: string
}

type FlowRunBefore = FlowRunFields & {
  readonly id: string
  readonly state: State | null
  readonly parent_task_run_id: string | null
}

type TaskRunBefore = TaskRunFields & {
  readonly id: string
  readonly state: State | null
  readonly flow_run_id: string | null
}

/** The state of a flow run as it is written, and the run's columns that follow from it. */
export function bookkeepFlowRun({ run, proposed, now, state_id }: Entry<FlowRunBefore>): {
  readonly state: State
  readonly fields: FlowRunFields
} {
  const state = stateOf(proposed, state_id, nextStateTimestamp(now, run.state), {
    flow_run_id: run.id,
    ...(run.parent_task_run_id === null ? {} : { task_run_id: run.parent_task_run_id }),
  })
  // The flag says that the run was suspended: going on is not another run of it.
  const counts = state.type === 'RUNNING' && run.empirical_policy.resuming !== true
  return {
    state,
    fields: {
      ...timesOf(run, run.state, state),
      run_count: run.run_count + (counts ? 1 : 0),
      empirical_policy: clearResuming(run.empirical_policy, state),
    },
  }
}

/** The state of a task run as it is written, and the run's columns that follow from it. */
export function bookkeepTaskRun({ run, proposed, now, state_id }: Entry<TaskRunBefore>): {
  readonly state: State
  readonly fields: TaskRunFields
} {
  const state = stateOf(proposed, state_id, now, { flow_run_id: run.flow_run_id, task_run_id: run.id })
  return {
    state,
    fields: {
      ...timesOf(run, run.state, state),
      run_count: run.run_count + (state.type === 'RUNNING' ? 1 : 0),
      flow_run_run_count: run.flow_run_run_count,
    },
  }
}

/** Later than the state before it, whatever the clocks of several servers say: a history is read in the order of its times. */
export function nextStateTimestamp(now: Timestamp, last: State | null): Timestamp {
  return last === null || now > last.timestamp ? now : addSeconds(last.timestamp, ONE_MICROSECOND)
}

function stateOf(proposed: ProposedState, id: string, timestamp: Timestamp, details: Partial<StateDetails>): State {
  return {
    id,
    type: proposed.type,
    name: proposed.name,
    timestamp,
    message: proposed.message,
    data: proposed.data,
    state_details: { ...proposed.state_details, ...details },
  }
}

function clearResuming(policy: FlowRunPolicy, state: State): FlowRunPolicy {
  if (policy.resuming !== true || !(state.type === 'RUNNING' || isTerminal(state.type))) return policy
  return { ...policy, resuming: false }
}

function timesOf(run: RunTimes, last: State | null, state: State): Omit<RunTimes, 'run_count'> {
  const is_terminal = isTerminal(state.type)
  const left_terminal = last !== null && isTerminal(last.type) && !is_terminal
  const end_time = left_terminal ? null : run.end_time
  const ends = is_terminal && end_time === null
  const starts = run.start_time === null && (state.type === 'RUNNING' || ends)
  const { scheduled_time } = state.state_details
  return {
    start_time: starts ? state.timestamp : run.start_time,
    end_time: ends ? state.timestamp : end_time,
    total_run_time:
      run.total_run_time + (last?.type === 'RUNNING' ? secondsBetween(last.timestamp, state.timestamp) : 0),
    expected_start_time:
      run.expected_start_time ?? (state.type === 'SCHEDULED' ? scheduled_time : null) ?? state.timestamp,
    next_scheduled_start_time: nextScheduledStartTime(run, last, state),
  }
}

function nextScheduledStartTime(run: RunTimes, last: State | null, state: State): Timestamp | null {
  if (state.type === 'SCHEDULED') return state.state_details.scheduled_time
  return last?.type === 'SCHEDULED' ? null : run.next_scheduled_start_time
}
