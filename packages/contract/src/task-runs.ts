import { Type, type Static } from 'typebox'
import { TaskRunResult } from './graphs.ts'
import { Uuid } from './ids.ts'
import { DateTime, Labels } from './json.ts'
import { Default, Integer, Labelled, MapOf, Nullable, Strict } from './schema.ts'
import { State, StateCreate, StateType } from './states.ts'

const RetryDelay = Type.Union([Integer(), Type.Number(), Type.Array(Integer()), Type.Array(Type.Number())], {
  check: 'retry-delays',
})

export const TaskRunPolicy = Type.Object({
  max_retries: Integer(),
  retry_delay_seconds: Type.Number(),
  retries: Nullable(Integer()),
  retry_delay: Nullable(RetryDelay),
  retry_jitter_factor: Nullable(Type.Number()),
})
export type TaskRunPolicy = Static<typeof TaskRunPolicy>

export const TaskRunPolicyInput = Type.Object({
  max_retries: Default(Integer(), 0),
  retry_delay_seconds: Default(Type.Number(), 0),
  retries: Default(Nullable(Integer()), null),
  retry_delay: Default(Nullable(RetryDelay), null),
  retry_jitter_factor: Default(Nullable(Type.Number({ check: 'not-negative' })), null),
})
export type TaskRunPolicyInput = Static<typeof TaskRunPolicyInput>

export const FlowRunResult = Type.Object({
  input_type: Type.Literal('flow_run'),
  id: Uuid,
})
export type FlowRunResult = Static<typeof FlowRunResult>

export const Parameter = Type.Object({
  input_type: Type.Literal('parameter'),
  name: Type.String(),
})
export type Parameter = Static<typeof Parameter>

export const Constant = Type.Object({
  input_type: Type.Literal('constant'),
  type: Type.String(),
})
export type Constant = Static<typeof Constant>

export const TaskInput = Type.Union([
  Labelled('TaskRunResult', TaskRunResult),
  Labelled('FlowRunResult', FlowRunResult),
  Labelled('Parameter', Parameter),
  Labelled('Constant', Constant),
])
export type TaskInput = Static<typeof TaskInput>

/** Parameter name → where its value came from. */
export const TaskInputs = MapOf(Type.Array(TaskInput))
export type TaskInputs = Static<typeof TaskInputs>

export const TaskRunCreate = Strict({
  id: Default(Nullable(Uuid), null),
  state: Default(Nullable(StateCreate), null),
  name: Default(Nullable(Type.String()), null),
  flow_run_id: Default(Nullable(Uuid), null),
  task_key: Type.String(),
  dynamic_key: Type.String(),
  cache_key: Default(Nullable(Type.String({ check: 'cache-key' })), null),
  cache_expiration: Default(Nullable(DateTime), null),
  task_version: Default(Nullable(Type.String()), null),
  empirical_policy: Type.Optional(TaskRunPolicyInput),
  tags: Default(Type.Array(Type.String()), []),
  labels: Default(Nullable(Labels), {}),
  task_inputs: Default(TaskInputs, {}),
})
export type TaskRunCreate = Static<typeof TaskRunCreate>

export const TaskRunUpdate = Strict({
  name: Type.Optional(Nullable(Type.String())),
})
export type TaskRunUpdate = Static<typeof TaskRunUpdate>

export const TaskRun = Type.Object({
  id: Uuid,
  created: Nullable(DateTime),
  updated: Nullable(DateTime),
  name: Type.String(),
  flow_run_id: Nullable(Uuid),
  task_key: Type.String(),
  dynamic_key: Type.String(),
  cache_key: Nullable(Type.String()),
  cache_expiration: Nullable(DateTime),
  task_version: Nullable(Type.String()),
  empirical_policy: TaskRunPolicy,
  tags: Type.Array(Type.String()),
  labels: Nullable(Labels),
  state_id: Nullable(Uuid),
  task_inputs: TaskInputs,
  state_type: Nullable(StateType),
  state_name: Nullable(Type.String()),
  run_count: Integer(),
  flow_run_run_count: Integer(),
  expected_start_time: Nullable(DateTime),
  next_scheduled_start_time: Nullable(DateTime),
  start_time: Nullable(DateTime),
  end_time: Nullable(DateTime),
  total_run_time: Type.Number(),
  estimated_run_time: Type.Number(),
  estimated_start_time_delta: Type.Number(),
  state: Nullable(State),
})
export type TaskRun = Static<typeof TaskRun>

export const TaskRunResponse = Type.Object({
  id: Uuid,
  created: Nullable(DateTime),
  updated: Nullable(DateTime),
  name: Type.String(),
  flow_run_id: Nullable(Uuid),
  task_key: Type.String(),
  state_id: Nullable(Uuid),
  state: Nullable(State),
  task_version: Nullable(Type.String()),
  task_inputs: TaskInputs,
  empirical_policy: TaskRunPolicy,
  tags: Type.Array(Type.String()),
  start_time: Nullable(DateTime),
  end_time: Nullable(DateTime),
  total_run_time: Type.Number(),
  estimated_run_time: Type.Number(),
  estimated_start_time_delta: Type.Number(),
})
export type TaskRunResponse = Static<typeof TaskRunResponse>

export const TaskRunPaginationResponse = Type.Object({
  results: Type.Array(TaskRunResponse),
  count: Integer(),
  limit: Integer(),
  pages: Integer(),
  page: Integer(),
})
export type TaskRunPaginationResponse = Static<typeof TaskRunPaginationResponse>

export const TaskWorkerFilter = Type.Object({
  task_keys: Type.Array(Type.String()),
})
export type TaskWorkerFilter = Static<typeof TaskWorkerFilter>

export const TaskWorkerResponse = Type.Object({
  identifier: Type.String(),
  task_keys: Type.Array(Type.String()),
  timestamp: DateTime,
})
export type TaskWorkerResponse = Static<typeof TaskWorkerResponse>

export const CountByState = Type.Object({
  COMPLETED: Integer(),
  PENDING: Integer(),
  RUNNING: Integer(),
  FAILED: Integer(),
  CANCELLED: Integer(),
  CRASHED: Integer(),
  PAUSED: Integer(),
  CANCELLING: Integer(),
  SCHEDULED: Integer(),
})
export type CountByState = Static<typeof CountByState>

export const UITaskRun = Type.Object({
  id: Uuid,
  created: Nullable(DateTime),
  updated: Nullable(DateTime),
  name: Type.String(),
  flow_run_id: Nullable(Uuid),
  task_key: Type.String(),
  dynamic_key: Type.String(),
  cache_key: Nullable(Type.String()),
  cache_expiration: Nullable(DateTime),
  task_version: Nullable(Type.String()),
  empirical_policy: TaskRunPolicy,
  tags: Type.Array(Type.String()),
  labels: Nullable(Labels),
  state_id: Nullable(Uuid),
  task_inputs: TaskInputs,
  state_type: Nullable(StateType),
  state_name: Nullable(Type.String()),
  run_count: Integer(),
  flow_run_run_count: Integer(),
  expected_start_time: Nullable(DateTime),
  next_scheduled_start_time: Nullable(DateTime),
  start_time: Nullable(DateTime),
  end_time: Nullable(DateTime),
  total_run_time: Type.Number(),
  estimated_run_time: Type.Number(),
  estimated_start_time_delta: Type.Number(),
  state: Nullable(State),
  flow_run_name: Nullable(Type.String()),
})
export type UITaskRun = Static<typeof UITaskRun>

export const SimpleFlowRun = Type.Object({
  id: Uuid,
  state_type: StateType,
  timestamp: DateTime,
  duration: Type.Number(),
  lateness: Type.Number(),
})
export type SimpleFlowRun = Static<typeof SimpleFlowRun>

export const SimpleNextFlowRun = Type.Object({
  id: Uuid,
  flow_id: Uuid,
  name: Type.String(),
  state_name: Type.String(),
  state_type: StateType,
  next_scheduled_start_time: DateTime,
})
export type SimpleNextFlowRun = Static<typeof SimpleNextFlowRun>

export const TaskRunCount = Type.Object({ completed: Integer(), failed: Integer() })
export type TaskRunCount = Static<typeof TaskRunCount>
