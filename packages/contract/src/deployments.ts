import { Type, type Static } from 'typebox'
import { GlobalConcurrencyLimitResponse } from './concurrency-limits.ts'
import { CreatedBy, UpdatedBy } from './flow-runs.ts'
import { Uuid } from './ids.ts'
import { DateTime, JsonObject, Labels } from './json.ts'
import { DeploymentSchedule, DeploymentScheduleCreate, DeploymentScheduleUpdate } from './schedules.ts'
import { Integer, Nullable, Strict } from './schema.ts'

export const DeploymentStatus = Type.Enum(['READY', 'NOT_READY'])
export type DeploymentStatus = Static<typeof DeploymentStatus>

export const VersionInfo = Type.Object(
  {
    type: Type.String(),
    version: Type.String(),
  },
  { additionalProperties: true },
)
export type VersionInfo = Static<typeof VersionInfo>

export const ConcurrencyLimitStrategy = Type.Enum(['ENQUEUE', 'CANCEL_NEW'])
export type ConcurrencyLimitStrategy = Static<typeof ConcurrencyLimitStrategy>

export const ConcurrencyOptions = Type.Object({
  collision_strategy: ConcurrencyLimitStrategy,
  grace_period_seconds: Nullable(Integer({ minimum: 60, maximum: 86400 })),
})
export type ConcurrencyOptions = Static<typeof ConcurrencyOptions>

export const ConcurrencyOptionsInput = Type.Object({
  collision_strategy: ConcurrencyLimitStrategy,
  grace_period_seconds: Type.Optional(Nullable(Integer({ minimum: 60, maximum: 86400 }))),
})
export type ConcurrencyOptionsInput = Static<typeof ConcurrencyOptionsInput>

/** What clients older than 2.8 send; it has no meaning any more. */
const OLD_KEYS = ['worker_pool_queue_id', 'worker_pool_name', 'worker_pool_queue_name', 'work_pool_queue_name']

export const DeploymentCreate = Strict(
  {
    name: Type.String({ check: 'name' }),
    flow_id: Uuid,
    paused: Type.Optional(Type.Boolean()),
    schedules: Type.Optional(Type.Array(DeploymentScheduleCreate)),
    concurrency_limit: Type.Optional(Nullable(Integer({ exclusiveMinimum: 0 }))),
    concurrency_options: Type.Optional(Nullable(ConcurrencyOptionsInput)),
    global_concurrency_limit_id: Type.Optional(Nullable(Uuid)),
    enforce_parameter_schema: Type.Optional(Type.Boolean()),
    parameter_openapi_schema: Type.Optional(Nullable(JsonObject)),
    parameters: Type.Optional(JsonObject),
    tags: Type.Optional(Type.Array(Type.String())),
    labels: Type.Optional(Nullable(Labels)),
    pull_steps: Type.Optional(Nullable(Type.Array(JsonObject))),
    work_queue_name: Type.Optional(Nullable(Type.String())),
    work_pool_name: Type.Optional(Nullable(Type.String())),
    storage_document_id: Type.Optional(Nullable(Uuid)),
    infrastructure_document_id: Type.Optional(Nullable(Uuid)),
    description: Type.Optional(Nullable(Type.String())),
    path: Type.Optional(Nullable(Type.String())),
    version: Type.Optional(Nullable(Type.String())),
    entrypoint: Type.Optional(Nullable(Type.String())),
    job_variables: Type.Optional(JsonObject),
    version_info: Type.Optional(Nullable(VersionInfo)),
  },
  { dropped: OLD_KEYS, check: 'deployment' },
)
export type DeploymentCreate = Static<typeof DeploymentCreate>

export const DeploymentUpdate = Strict(
  {
    version: Type.Optional(Nullable(Type.String())),
    description: Type.Optional(Nullable(Type.String())),
    paused: Type.Optional(Type.Boolean()),
    schedules: Type.Optional(Type.Array(DeploymentScheduleUpdate)),
    concurrency_limit: Type.Optional(Nullable(Integer({ exclusiveMinimum: 0 }))),
    concurrency_options: Type.Optional(Nullable(ConcurrencyOptionsInput)),
    global_concurrency_limit_id: Type.Optional(Nullable(Uuid)),
    parameters: Type.Optional(Nullable(JsonObject)),
    parameter_openapi_schema: Type.Optional(Nullable(JsonObject)),
    tags: Type.Optional(Type.Array(Type.String())),
    work_queue_name: Type.Optional(Nullable(Type.String())),
    work_pool_name: Type.Optional(Nullable(Type.String())),
    path: Type.Optional(Nullable(Type.String())),
    job_variables: Type.Optional(Nullable(JsonObject)),
    pull_steps: Type.Optional(Nullable(Type.Array(JsonObject))),
    entrypoint: Type.Optional(Nullable(Type.String())),
    storage_document_id: Type.Optional(Nullable(Uuid)),
    infrastructure_document_id: Type.Optional(Nullable(Uuid)),
    enforce_parameter_schema: Type.Optional(Nullable(Type.Boolean())),
    version_info: Type.Optional(Nullable(VersionInfo)),
  },
  { dropped: OLD_KEYS },
)
export type DeploymentUpdate = Static<typeof DeploymentUpdate>

export const DeploymentResponse = Type.Object({
  id: Uuid,
  created: Nullable(DateTime),
  updated: Nullable(DateTime),
  name: Type.String(),
  version: Nullable(Type.String()),
  description: Nullable(Type.String()),
  flow_id: Uuid,
  paused: Type.Boolean(),
  schedules: Type.Array(DeploymentSchedule),
  concurrency_limit: Nullable(Integer()),
  global_concurrency_limit: Nullable(GlobalConcurrencyLimitResponse),
  concurrency_options: Nullable(ConcurrencyOptions),
  job_variables: JsonObject,
  parameters: JsonObject,
  tags: Type.Array(Type.String()),
  labels: Labels,
  work_queue_name: Nullable(Type.String()),
  work_queue_id: Nullable(Uuid),
  last_polled: Nullable(DateTime),
  parameter_openapi_schema: Nullable(JsonObject),
  path: Nullable(Type.String()),
  pull_steps: Nullable(Type.Array(JsonObject)),
  entrypoint: Nullable(Type.String()),
  storage_document_id: Nullable(Uuid),
  infrastructure_document_id: Nullable(Uuid),
  created_by: Nullable(CreatedBy),
  updated_by: Nullable(UpdatedBy),
  work_pool_name: Nullable(Type.String()),
  status: Nullable(DeploymentStatus),
  enforce_parameter_schema: Type.Boolean(),
})
export type DeploymentResponse = Static<typeof DeploymentResponse>

export const DeploymentPaginationResponse = Type.Object({
  results: Type.Array(DeploymentResponse),
  count: Integer(),
  limit: Integer(),
  pages: Integer(),
  page: Integer(),
})
export type DeploymentPaginationResponse = Static<typeof DeploymentPaginationResponse>

export const DeploymentBulkDeleteResponse = Type.Object({
  deleted: Type.Array(Uuid),
})
export type DeploymentBulkDeleteResponse = Static<typeof DeploymentBulkDeleteResponse>
