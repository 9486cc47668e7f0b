import { Type, type Static } from 'typebox'
import { Uuid } from './ids.ts'
import { DateTime, JsonObject, Labels } from './json.ts'
import { Default, Integer, Nullable, OneOf, SetOf, Strict } from './schema.ts'
import { SetStateStatus, State, StateCreate, StateResponseDetails, StateType } from './states.ts'

export const FlowRunPolicy = Type.Object({
  max_retries: Integer(),
  retry_delay_seconds: Type.Number(),
  retries: Nullable(Integer()),
  retry_delay: Nullable(Integer()),
  pause_keys: Nullable(Type.Array(Type.String())),
  resuming: Nullable(Type.Boolean()),
  retry_type: Nullable(OneOf(['in_process', 'reschedule'])),
})
export type FlowRunPolicy = Static<typeof FlowRunPolicy>

export const FlowRunPolicyInput = Type.Object({
  max_retries: Default(Integer(), 0),
  retry_delay_seconds: Default(Type.Number(), 0),
  retries: Default(Nullable(Integer()), null),
  retry_delay: Default(Nullable(Integer()), null),
  pause_keys: Default(Nullable(SetOf(Type.String())), []),
  resuming: Default(Nullable(Type.Boolean()), false),
  retry_type: Default(Nullable(OneOf(['in_process', 'reschedule'])), null),
})
export type FlowRunPolicyInput = Static<typeof FlowRunPolicyInput>

export const CreatedBy = Type.Object({
  id: Nullable(Uuid),
  type: Nullable(Type.String()),
  display_value: Nullable(Type.String()),
})
export type CreatedBy = Static<typeof CreatedBy>

export const UpdatedBy = Type.Object({
  id: Nullable(Uuid),
  type: Nullable(Type.String()),
  display_value: Nullable(Type.String()),
})
export type UpdatedBy = Static<typeof UpdatedBy>

const FlowRunParameters = Type.Unsafe<JsonObject>({ ...JsonObject, check: 'parameters-size' })

export const FlowRunCreate = Strict({
  state: Default(Nullable(StateCreate), null),
  name: Default(Nullable(Type.String()), null),
  flow_id: Uuid,
  flow_version: Default(Nullable(Type.String()), null),
  parameters: Default(FlowRunParameters, {}),
  context: Default(JsonObject, {}),
  parent_task_run_id: Default(Nullable(Uuid), null),
  infrastructure_document_id: Default(Nullable(Uuid), null),
  empirical_policy: Type.Optional(FlowRunPolicyInput),
  tags: Default(Type.Array(Type.String()), []),
  labels: Default(Nullable(Labels), {}),
  idempotency_key: Default(Nullable(Type.String()), null),
  work_pool_name: Default(Nullable(Type.String()), null),
  work_queue_name: Default(Nullable(Type.String()), null),
  job_variables: Default(Nullable(JsonObject), null),
  deployment_id: Default(Nullable(Uuid), null),
})
export type FlowRunCreate = Static<typeof FlowRunCreate>

export const DeploymentFlowRunCreate = Strict({
  state: Default(Nullable(StateCreate), null),
  name: Default(Nullable(Type.String()), null),
  parameters: Default(FlowRunParameters, {}),
  enforce_parameter_schema: Default(Nullable(Type.Boolean()), null),
  context: Default(JsonObject, {}),
  infrastructure_document_id: Default(Nullable(Uuid), null),
  empirical_policy: Type.Optional(FlowRunPolicyInput),
  tags: Default(Type.Array(Type.String()), []),
  idempotency_key: Default(Nullable(Type.String()), null),
  labels: Default(Nullable(Labels), {}),
  parent_task_run_id: Default(Nullable(Uuid), null),
  work_queue_name: Default(Nullable(Type.String()), null),
  job_variables: Default(Nullable(JsonObject), null),
})
export type DeploymentFlowRunCreate = Static<typeof DeploymentFlowRunCreate>

export const FlowRunUpdate = Strict({
  name: Type.Optional(Nullable(Type.String())),
  flow_version: Type.Optional(Nullable(Type.String())),
  parameters: Type.Optional(FlowRunParameters),
  empirical_policy: Type.Optional(FlowRunPolicyInput),
  tags: Type.Optional(Type.Array(Type.String())),
  infrastructure_pid: Type.Optional(Nullable(Type.String())),
  job_variables: Type.Optional(Nullable(JsonObject)),
})
export type FlowRunUpdate = Static<typeof FlowRunUpdate>

export const FlowRunResponse = Type.Object({
  id: Uuid,
  created: Nullable(DateTime),
  updated: Nullable(DateTime),
  name: Type.String(),
  flow_id: Uuid,
  state_id: Nullable(Uuid),
  deployment_id: Nullable(Uuid),
  deployment_version: Nullable(Type.String()),
  work_queue_id: Nullable(Uuid),
  work_queue_name: Nullable(Type.String()),
  flow_version: Nullable(Type.String()),
  parameters: JsonObject,
  idempotency_key: Nullable(Type.String()),
  context: JsonObject,
  empirical_policy: FlowRunPolicy,
  tags: Type.Array(Type.String()),
  labels: Labels,
  parent_task_run_id: Nullable(Uuid),
  state_type: Nullable(StateType),
  state_name: Nullable(Type.String()),
  run_count: Integer(),
  expected_start_time: Nullable(DateTime),
  next_scheduled_start_time: Nullable(DateTime),
  start_time: Nullable(DateTime),
  end_time: Nullable(DateTime),
  total_run_time: Type.Number(),
  estimated_run_time: Type.Number(),
  estimated_start_time_delta: Type.Number(),
  auto_scheduled: Type.Boolean(),
  infrastructure_document_id: Nullable(Uuid),
  infrastructure_pid: Nullable(Type.String()),
  created_by: Nullable(CreatedBy),
  work_pool_id: Nullable(Uuid),
  work_pool_name: Nullable(Type.String()),
  state: Nullable(State),
  job_variables: Nullable(JsonObject),
})
export type FlowRunResponse = Static<typeof FlowRunResponse>

export const FlowRun = Type.Object({
  id: Uuid,
  created: Nullable(DateTime),
  updated: Nullable(DateTime),
  name: Type.String(),
  flow_id: Uuid,
  state_id: Nullable(Uuid),
  deployment_id: Nullable(Uuid),
  deployment_version: Nullable(Type.String()),
  work_queue_name: Nullable(Type.String()),
  flow_version: Nullable(Type.String()),
  parameters: JsonObject,
  idempotency_key: Nullable(Type.String()),
  context: JsonObject,
  empirical_policy: FlowRunPolicy,
  tags: Type.Array(Type.String()),
  labels: Nullable(Labels),
  parent_task_run_id: Nullable(Uuid),
  state_type: Nullable(StateType),
  state_name: Nullable(Type.String()),
  run_count: Integer(),
  expected_start_time: Nullable(DateTime),
  next_scheduled_start_time: Nullable(DateTime),
  start_time: Nullable(DateTime),
  end_time: Nullable(DateTime),
  total_run_time: Type.Number(),
  estimated_run_time: Type.Number(),
  estimated_start_time_delta: Type.Number(),
  auto_scheduled: Type.Boolean(),
  infrastructure_document_id: Nullable(Uuid),
  infrastructure_pid: Nullable(Type.String()),
  created_by: Nullable(CreatedBy),
  work_queue_id: Nullable(Uuid),
  state: Nullable(State),
  job_variables: Nullable(JsonObject),
})
export type FlowRun = Static<typeof FlowRun>

export const WorkerFlowRunResponse = Type.Object({
  work_pool_id: Uuid,
  work_queue_id: Uuid,
  flow_run: FlowRun,
})
export type WorkerFlowRunResponse = Static<typeof WorkerFlowRunResponse>

export const FlowRunInput = Type.Object({
  id: Uuid,
  created: Nullable(DateTime),
  updated: Nullable(DateTime),
  flow_run_id: Uuid,
  key: Type.String(),
  value: Type.String(),
  sender: Type.Optional(Nullable(Type.String())),
})
export type FlowRunInput = Static<typeof FlowRunInput>

export const FlowRunPaginationResponse = Type.Object({
  results: Type.Array(FlowRunResponse),
  count: Integer(),
  limit: Integer(),
  pages: Integer(),
  page: Integer(),
})
export type FlowRunPaginationResponse = Static<typeof FlowRunPaginationResponse>

export const FlowRunCreateResult = Type.Object({
  flow_run_id: Nullable(Uuid),
  status: OneOf(['CREATED', 'FAILED']),
  error: Nullable(Type.String()),
})
export type FlowRunCreateResult = Static<typeof FlowRunCreateResult>

export const FlowRunBulkCreateResponse = Type.Object({
  results: Type.Array(FlowRunCreateResult),
})
export type FlowRunBulkCreateResponse = Static<typeof FlowRunBulkCreateResponse>

export const FlowRunBulkDeleteResponse = Type.Object({
  deleted: Type.Array(Uuid),
})
export type FlowRunBulkDeleteResponse = Static<typeof FlowRunBulkDeleteResponse>

export const FlowRunOrchestrationResult = Type.Object({
  flow_run_id: Uuid,
  status: SetStateStatus,
  state: Nullable(State),
  details: StateResponseDetails,
})
export type FlowRunOrchestrationResult = Static<typeof FlowRunOrchestrationResult>

export const FlowRunBulkSetStateResponse = Type.Object({
  results: Type.Array(FlowRunOrchestrationResult),
})
export type FlowRunBulkSetStateResponse = Static<typeof FlowRunBulkSetStateResponse>

export const HistoryResponseState = Type.Object({
  state_type: StateType,
  state_name: Type.String(),
  count_runs: Integer(),
  sum_estimated_run_time: Type.Number(),
  sum_estimated_lateness: Type.Number(),
})
export type HistoryResponseState = Static<typeof HistoryResponseState>

export const HistoryResponse = Type.Object({
  interval_start: DateTime,
  interval_end: DateTime,
  states: Type.Array(HistoryResponseState),
})
export type HistoryResponse = Static<typeof HistoryResponse>
