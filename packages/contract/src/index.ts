export {
  Nullable,
  Default,
  Strict,
  OneOf,
  SetOf,
  MapOf,
  Integer,
  Labelled,
  type TDefault,
  type Parsed,
} from './schema.ts'
export { Uuid, ById, ByName, isUuid } from './ids.ts'
export { Json, JsonObject, Labels, DateTime, Duration, Name, TimezoneName } from './json.ts'
export {
  epochMicros,
  fromEpochMicros,
  fromEpochMs,
  epochMs,
  parseTimestamp,
  addSeconds,
  secondsBetween,
  type Timestamp,
} from './time.ts'
export { isRawNumber, parseLossless, toPlain, hasUnsafeNumbers, type RawNumber } from './lossless-json.ts'
export { PAGE_LIMIT, PageLimit, PageOffset, PageNumber } from './paging.ts'
export { ValidationIssue, ValidationFailure, Problem, Failure } from './errors.ts'
export {
  SCOPES,
  BODY_1_MIB,
  BODY_8_MIB,
  BODY_16_MIB,
  operation,
  type Method,
  type Scope,
  type Definition,
  type Operation,
  type ParamsOf,
  type QueryOf,
  type BodyOf,
  type RequestBodyOf,
  type RequestQueryOf,
  type ResponseOf,
} from './operation.ts'
export { operations, allOperations } from './operations.ts'
export { PREFECT_API_VERSION, PREFECT_VERSION, VERSION } from './version.ts'
export {
  StateType,
  TERMINAL_STATE_TYPES,
  isTerminal,
  StateName,
  defaultStateName,
  SetStateStatus,
  StateDetailsInput,
  StateCreate,
  StateDetails,
  State,
  StateAcceptDetails,
  StateRejectDetails,
  StateWaitDetails,
  StateAbortDetails,
  StateResponseDetails,
  OrchestrationResult,
} from './states.ts'
export { FlowCreate, FlowUpdate, Flow, FlowPaginationResponse, FlowBulkDeleteResponse } from './flows.ts'
export {
  FlowRunPolicy,
  FlowRunPolicyInput,
  CreatedBy,
  UpdatedBy,
  FlowRunCreate,
  DeploymentFlowRunCreate,
  FlowRunUpdate,
  FlowRunResponse,
  FlowRun,
  WorkerFlowRunResponse,
  FlowRunInput,
  FlowRunPaginationResponse,
  FlowRunCreateResult,
  FlowRunBulkCreateResponse,
  FlowRunBulkDeleteResponse,
  FlowRunOrchestrationResult,
  FlowRunBulkSetStateResponse,
  HistoryResponseState,
  HistoryResponse,
} from './flow-runs.ts'
export { TaskRunResult, DependencyResult, Edge, GraphArtifact, GraphState, Node, Graph } from './graphs.ts'
export {
  TaskRunPolicy,
  TaskRunPolicyInput,
  FlowRunResult,
  Parameter,
  Constant,
  TaskInput,
  TaskInputs,
  TaskRunCreate,
  TaskRunUpdate,
  TaskRun,
  TaskRunResponse,
  TaskRunPaginationResponse,
  TaskWorkerFilter,
  TaskWorkerResponse,
  CountByState,
  UITaskRun,
  SimpleFlowRun,
  SimpleNextFlowRun,
  TaskRunCount,
} from './task-runs.ts'
export {
  CronSchedule,
  RRuleSchedule,
  IntervalSchedule,
  CronScheduleInput,
  RRuleScheduleInput,
  IntervalScheduleInput,
  Schedule,
  ScheduleInput,
  DeploymentSchedule,
  DeploymentScheduleCreate,
  DeploymentScheduleUpdate,
} from './schedules.ts'
export {
  DeploymentStatus,
  VersionInfo,
  ConcurrencyLimitStrategy,
  ConcurrencyOptions,
  ConcurrencyOptionsInput,
  DeploymentCreate,
  DeploymentUpdate,
  DeploymentResponse,
  DeploymentPaginationResponse,
  DeploymentBulkDeleteResponse,
} from './deployments.ts'
export {
  WorkPoolStatus,
  WorkPoolStorageConfiguration,
  WorkPoolStorageConfigurationInput,
  WorkPoolCreate,
  WorkPoolUpdate,
  WorkPoolResponse,
  FlowRunSlotSummary,
  WorkQueueConcurrencyStatusDetail,
  WorkPoolConcurrencyStatus,
} from './work-pools.ts'
export {
  QueueFilter,
  QueueFilterInput,
  WorkQueueStatus,
  WorkQueueCreate,
  WorkQueueUpdate,
  WorkQueue,
  WorkQueueResponse,
  WorkQueueHealthPolicy,
  WorkQueueStatusDetail,
  WorkQueueConcurrencyStatus,
} from './work-queues.ts'
export { WorkerStatus, WorkerResponse } from './workers.ts'
export {
  BlockTypeCreate,
  BlockTypeUpdate,
  BlockType,
  BlockSchemaCreate,
  BlockSchema,
  BlockDocumentCreate,
  BlockDocumentUpdate,
  BlockDocument,
} from './blocks.ts'
export { LogCreate, Log, LogBatch } from './logs.ts'
export { ArtifactCreate, ArtifactUpdate, Artifact, ArtifactCollection } from './artifacts.ts'
export { VariableCreate, VariableUpdate, Variable } from './variables.ts'
export {
  ConcurrencyLimitCreate,
  ConcurrencyLimit,
  ConcurrencyLimitV2Create,
  ConcurrencyLimitV2Update,
  ConcurrencyLimitV2,
  GlobalConcurrencyLimitResponse,
  MinimalConcurrencyLimitResponse,
  ConcurrencyLimitWithLeaseResponse,
  ConcurrencyLeaseHolder,
} from './concurrency-limits.ts'
export { Resource, RelatedResource, EventInput, Event, ReceivedEvent, EventPage, EventCount } from './events.ts'
export {
  ResourceSpecification,
  EventTrigger,
  CompoundTrigger,
  SequenceTrigger,
  Trigger,
  definitions,
} from './triggers.ts'
export { RunDeployment, ChangeFlowRunState, SendNotification, CallWebhook, Action } from './actions.ts'
export { AutomationCreate, AutomationUpdate, AutomationPartialUpdate, Automation } from './automations.ts'
export { ApiKey, ApiKeyCreate, CreatedApiKey } from './api-keys.ts'
export { CsrfToken, ServerDefaultResultStorage, ServerDefaultResultStorageUpdate } from './admin.ts'
export { SavedSearchFilter, SavedSearchFilterInput, SavedSearchCreate, SavedSearch } from './saved-searches.ts'
export { SchemaValueError, SchemaValuesValidationResponse } from './ui.ts'
export {
  within,
  pathOf,
  issue,
  type Issue,
  type Place,
  type Wrong,
  type Validate,
  type Check,
  type Checks,
} from './validation/issue.ts'
export { PAGE_LIMIT_ISSUE, normalUuid } from './validation/scalars.ts'
export { parseDuration } from './validation/duration.ts'
export { contractChecks, LEAST_PROACTIVE_SECONDS } from './validation/checks.ts'
export { compileSchema, type CompileOptions } from './validation/compile.ts'
export { renderOpenApi, type OpenApiDocument, type OpenApiOptions } from './openapi.ts'
export {
  ArtifactFilterId,
  ArtifactFilterKey,
  ArtifactFilterFlowRunId,
  ArtifactFilterTaskRunId,
  ArtifactFilterType,
  ArtifactFilter,
  ArtifactCollectionFilterLatestId,
  ArtifactCollectionFilterKey,
  ArtifactCollectionFilterFlowRunId,
  ArtifactCollectionFilterTaskRunId,
  ArtifactCollectionFilterType,
  ArtifactCollectionFilter,
  ArtifactSort,
  ArtifactCollectionSort,
} from './filters/artifacts.ts'
export {
  AutomationFilterId,
  AutomationFilterName,
  AutomationFilterCreated,
  AutomationFilterTags,
  AutomationFilter,
  AutomationSort,
} from './filters/automations.ts'
export {
  BlockTypeFilterName,
  BlockTypeFilterSlug,
  BlockTypeFilter,
  BlockSchemaFilterBlockTypeId,
  BlockSchemaFilterCapabilities,
  BlockSchemaFilterId,
  BlockSchemaFilterVersion,
  BlockSchemaFilter,
  BlockDocumentFilterId,
  BlockDocumentFilterIsAnonymous,
  BlockDocumentFilterBlockTypeId,
  BlockDocumentFilterName,
  BlockDocumentFilter,
  BlockDocumentSort,
} from './filters/blocks.ts'
export {
  DeploymentFilterId,
  DeploymentFilterName,
  DeploymentOrFlowNameFilter,
  DeploymentFilterPaused,
  DeploymentFilterTags,
  DeploymentFilterWorkQueueName,
  DeploymentFilterConcurrencyLimit,
  DeploymentFilter,
  DeploymentSort,
} from './filters/deployments.ts'
export {
  EventOccurredFilter,
  EventNameFilter,
  EventResourceFilter,
  EventRelatedFilter,
  EventAnyResourceFilter,
  EventIDFilter,
  EventTextFilter,
  EventOrder,
  EventFilter,
} from './filters/events.ts'
export {
  FlowRunFilterId,
  FlowRunFilterName,
  FlowRunFilterTags,
  FlowRunFilterDeploymentId,
  FlowRunFilterWorkQueueName,
  FlowRunFilterStateType,
  FlowRunFilterStateName,
  FlowRunFilterState,
  FlowRunFilterFlowVersion,
  FlowRunFilterStartTime,
  FlowRunFilterEndTime,
  FlowRunFilterExpectedStartTime,
  FlowRunFilterNextScheduledStartTime,
  FlowRunFilterParentFlowRunId,
  FlowRunFilterParentTaskRunId,
  FlowRunFilterIdempotencyKey,
  FlowRunFilterCreatedBy,
  FlowRunFilter,
  FlowRunSort,
} from './filters/flow-runs.ts'
export {
  FlowFilterId,
  FlowFilterDeployment,
  FlowFilterName,
  FlowFilterTags,
  FlowFilter,
  FlowSort,
} from './filters/flows.ts'
export { joined, joinedByPool, joinedByQueue } from './filters/joined.ts'
export {
  LogFilterLevel,
  LogFilterTimestamp,
  LogFilterFlowRunId,
  LogFilterTaskRunId,
  LogFilterTextSearch,
  LogFilter,
  LogSort,
} from './filters/logs.ts'
export { Operator } from './filters/operator.ts'
export {
  TaskRunFilterId,
  TaskRunFilterName,
  TaskRunFilterTags,
  TaskRunFilterStateType,
  TaskRunFilterStateName,
  TaskRunFilterState,
  TaskRunFilterStartTime,
  TaskRunFilterEndTime,
  TaskRunFilterExpectedStartTime,
  TaskRunFilterSubFlowRuns,
  TaskRunFilterFlowRunId,
  TaskRunFilter,
  TaskRunSort,
} from './filters/task-runs.ts'
export {
  VariableFilterId,
  VariableFilterName,
  VariableFilterTags,
  VariableFilter,
  VariableSort,
} from './filters/variables.ts'
export { WorkPoolFilterId, WorkPoolFilterName, WorkPoolFilterType, WorkPoolFilter } from './filters/work-pools.ts'
export { WorkQueueFilterId, WorkQueueFilterName, WorkQueueFilter } from './filters/work-queues.ts'
export { WorkerFilterLastHeartbeatTime, WorkerFilterStatus, WorkerFilter } from './filters/workers.ts'
