import { relatedToTaskRun } from './related.ts'
import type { FlowRunInfo } from './run-context.ts'
import type { State } from './states.ts'
import type { TaskRunMoment } from './task-run-record.ts'
import type { TaskRunRecord, WireEvent } from './wire.ts'

export interface TaskRunChange {
  readonly taskRunId: string
  readonly flowRun: FlowRunInfo
  /** As it is after the change. */
  readonly record: TaskRunRecord
  readonly before: TaskRunMoment | null
  readonly next: TaskRunMoment
}

/**
 * The only account of a task run that the server ever gets: it makes the row from `task_run`, and the state from
 * `validated_state` with the id and the time of the event.
 */
export function taskRunEvent({ taskRunId, flowRun, record, before, next }: TaskRunChange): WireEvent {
  const { state } = next
  return {
    id: next.id,
    event: `prefect.task-run.${state.name}`,
    occurred: next.timestamp,
    resource: {
      'prefect.resource.id': `prefect.task-run.${taskRunId}`,
      'prefect.resource.name': record.name,
      'prefect.run-count': String(record.run_count),
      'prefect.state-message': state.message ?? '',
      'prefect.state-name': state.name,
      'prefect.state-timestamp': next.timestamp,
      'prefect.state-type': state.type,
      'prefect.orchestration': 'client',
    },
    related: relatedToTaskRun(flowRun, record.tags),
    payload: {
      intended: { from: before?.state.type ?? null, to: state.type },
      initial_state: before === null ? null : describeState(before.state),
      validated_state: { ...describeState(state), data: null },
      task_run: record,
    },
    follows: before?.id ?? null,
  }
}

function describeState({ type, name, message, state_details }: State): Readonly<Record<string, unknown>> {
  return { type, name, message, state_details }
}
