import { Type, type Static } from 'typebox'
import { Uuid } from './ids.ts'
import { DateTime, JsonObject, Name } from './json.ts'
import { Default, Integer, Nullable, Strict } from './schema.ts'
import { StateType } from './states.ts'

export const WorkPoolStatus = Type.Enum(['READY', 'NOT_READY', 'PAUSED'])
export type WorkPoolStatus = Static<typeof WorkPoolStatus>

export const WorkPoolStorageConfiguration = Type.Object({
  bundle_upload_step: Nullable(JsonObject),
  bundle_execution_step: Nullable(JsonObject),
  default_result_storage_block_id: Nullable(Uuid),
})
export type WorkPoolStorageConfiguration = Static<typeof WorkPoolStorageConfiguration>

export const WorkPoolStorageConfigurationInput = Strict({
  bundle_upload_step: Type.Optional(Nullable(JsonObject)),
  bundle_execution_step: Type.Optional(Nullable(JsonObject)),
  default_result_storage_block_id: Type.Optional(Nullable(Uuid)),
})
export type WorkPoolStorageConfigurationInput = Static<typeof WorkPoolStorageConfigurationInput>

const BaseJobTemplate = Type.Unsafe<JsonObject>({ ...JsonObject, check: 'base-job-template' })

export const WorkPoolCreate = Strict({
  name: Name,
  description: Default(Nullable(Type.String()), null),
  type: Default(Type.String(), 'prefect-agent'),
  base_job_template: Default(BaseJobTemplate, {}),
  is_paused: Default(Type.Boolean(), false),
  concurrency_limit: Default(Nullable(Integer({ minimum: 0 })), null),
  storage_configuration: Type.Optional(WorkPoolStorageConfigurationInput),
})
export type WorkPoolCreate = Static<typeof WorkPoolCreate>

export const WorkPoolUpdate = Strict({
  description: Type.Optional(Nullable(Type.String())),
  is_paused: Type.Optional(Nullable(Type.Boolean())),
  base_job_template: Type.Optional(Nullable(BaseJobTemplate)),
  concurrency_limit: Type.Optional(Nullable(Integer({ minimum: 0 }))),
  storage_configuration: Type.Optional(Nullable(WorkPoolStorageConfigurationInput)),
})
export type WorkPoolUpdate = Static<typeof WorkPoolUpdate>

export const WorkPoolResponse = Type.Object({
  id: Uuid,
  created: Nullable(DateTime),
  updated: Nullable(DateTime),
  name: Name,
  description: Nullable(Type.String()),
  type: Type.String(),
  base_job_template: JsonObject,
  is_paused: Type.Boolean(),
  concurrency_limit: Nullable(Integer({ minimum: 0 })),
  status: Nullable(WorkPoolStatus),
  default_queue_id: Nullable(Uuid),
  storage_configuration: WorkPoolStorageConfiguration,
  active_slots: Nullable(Integer()),
})
export type WorkPoolResponse = Static<typeof WorkPoolResponse>

export const FlowRunSlotSummary = Type.Object({
  id: Uuid,
  name: Type.String(),
  state_type: Nullable(StateType),
  state_name: Nullable(Type.String()),
  start_time: Nullable(DateTime),
  state_timestamp: Nullable(DateTime),
  time_in_current_state: Nullable(Type.Number()),
})
export type FlowRunSlotSummary = Static<typeof FlowRunSlotSummary>

export const WorkQueueConcurrencyStatusDetail = Type.Object({
  queue_id: Uuid,
  queue_name: Type.String(),
  active_slots: Integer(),
  concurrency_limit: Nullable(Integer()),
  flow_runs: Type.Array(FlowRunSlotSummary),
  flow_run_count: Nullable(Integer()),
})
export type WorkQueueConcurrencyStatusDetail = Static<typeof WorkQueueConcurrencyStatusDetail>

export const WorkPoolConcurrencyStatus = Type.Object({
  active_slots: Integer(),
  concurrency_limit: Nullable(Integer()),
  queues: Type.Array(WorkQueueConcurrencyStatusDetail),
  count: Integer(),
  limit: Integer(),
  pages: Integer(),
  page: Integer(),
})
export type WorkPoolConcurrencyStatus = Static<typeof WorkPoolConcurrencyStatus>
