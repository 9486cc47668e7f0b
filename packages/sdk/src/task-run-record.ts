import { secondsBetween } from './time.ts'
import type { State } from './states.ts'
import { isTerminal, type TaskRunRecord, type Timestamp } from './wire.ts'

/** A state that a task run was in, with the id of the event that told it. */
export interface TaskRunMoment {
  readonly id: string
  readonly state: State
  readonly timestamp: Timestamp
}

/** The columns of a task run after a new state: what a server would keep, kept by the client, for tasks are decided here. */
export function advanceRecord(record: TaskRunRecord, before: TaskRunMoment | null, next: TaskRunMoment): TaskRunRecord {
  const { state, timestamp } = next
  const { next_scheduled_start_time: _past, ...rest } = record
  const ran = before?.state.type === 'RUNNING' ? secondsBetween(before.timestamp, timestamp) : 0
  const isStart = state.type === 'RUNNING' || isTerminal(state.type)
  const scheduled = state.state_details.scheduled_time
  return {
    ...rest,
    run_count: record.run_count + (state.type === 'RUNNING' ? 1 : 0),
    total_run_time: record.total_run_time + ran,
    ...(isStart && record.start_time === undefined ? { start_time: timestamp } : {}),
    ...(isTerminal(state.type) ? { end_time: timestamp } : {}),
    ...(scheduled === undefined || scheduled === null ? {} : { next_scheduled_start_time: scheduled }),
  }
}
