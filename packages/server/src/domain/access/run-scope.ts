import type { operations } from '@slipway/contract'

type OperationId = keyof typeof operations

/** What a request is about, as far as it decides whether a run may ask it. */
export interface RunTargets {
  /** Each must be the run itself or a sub-flow run below it. */
  readonly flow_runs?: readonly string[]
  /** Each must exist and belong to such a run. */
  readonly task_runs?: readonly string[]
  /** The same, unless there is no such task run yet: tasks are often reported after what they made. */
  readonly coming_task_runs?: readonly string[]
  /** The same, unless it belongs to no flow run: a background task. */
  readonly own_or_background_task_runs?: readonly string[]
  /** Each must have been made by such a run. */
  readonly artifacts?: readonly string[]
}

export interface RunRequest {
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
}

/** Null: not in this form. */
export type RunRule = (request: RunRequest) => RunTargets | null

/** Values that the contract has validated; a rule looks only at the few that it names. */
interface Fields {
  readonly [key: string]: unknown
}

const anybody: RunRule = () => ({})
const ownFlowRun: RunRule = ({ params }) => ({ flow_runs: [text(params, 'id')] })
const ownTaskRun: RunRule = ({ params }) => ({ task_runs: [text(params, 'id')] })
const denied = 'denied'

/**
 * What the credential of a container may do, for every operation there is: what an unmodified client does for its own
 * run, and nothing else. A new operation does not compile until it is decided here.
 */
const RULES: Readonly<Record<OperationId, RunRule | 'denied'>> = {
  // What every client asks before anything else.
  health: anybody,
  ready: anybody,
  hello: anybody,
  version: anybody,
  adminVersion: anybody,
  csrfToken: anybody,
  readServerDefaultResultStorage: anybody,
  adminSettings: denied,
  updateServerDefaultResultStorage: denied,
  clearServerDefaultResultStorage: denied,
  readViewContent: denied,
  createApiKey: denied,
  readApiKeys: denied,
  revokeApiKey: denied,

  // Its run and the runs below it. New runs are below it too, or are started from a deployment and left alone.
  readFlowRun: ownFlowRun,
  readFlowRunGraph: ownFlowRun,
  readFlowRunGraphV2: ownFlowRun,
  updateFlowRun: ownFlowRun,
  updateFlowRunLabels: ownFlowRun,
  setFlowRunState: ownFlowRun,
  resumeFlowRun: ownFlowRun,
  downloadFlowRunLogs: ownFlowRun,
  createFlowRunInput: ownFlowRun,
  filterFlowRunInput: ownFlowRun,
  readFlowRunInput: ownFlowRun,
  deleteFlowRunInput: ownFlowRun,
  readFlowRunStates: ({ query }) => ({ flow_runs: [text(query, 'flow_run_id')] }),
  createFlowRun: ({ body }) => {
    const parent = textOrNull(body, 'parent_task_run_id')
    return parent === null ? null : { task_runs: [parent] }
  },
  createFlowRunFromDeployment: ({ body }) => ({ task_runs: given([textOrNull(body, 'parent_task_run_id')]) }),
  bulkCreateFlowRunsFromDeployment: ({ body }) => ({
    task_runs: given(list(body).map((run) => textOrNull(run, 'parent_task_run_id'))),
  }),
  readFlowRuns: namedRuns,
  countFlowRuns: namedRuns,
  paginateFlowRuns: namedRuns,
  readFlowRunState: denied,
  deleteFlowRun: denied,
  bulkDeleteFlowRuns: denied,
  bulkSetFlowRunState: denied,
  averageFlowRunLateness: denied,
  flowRunHistory: denied,

  // Tasks of these runs, and background tasks that it hands to task workers.
  createTaskRun: ({ body }) => ({ flow_runs: given([textOrNull(body, 'flow_run_id')]) }),
  readTaskRun: ({ params }) => ({ own_or_background_task_runs: [text(params, 'id')] }),
  updateTaskRun: ownTaskRun,
  setTaskRunState: ownTaskRun,
  readTaskRunStates: ({ query }) => ({ own_or_background_task_runs: [text(query, 'task_run_id')] }),
  readTaskRuns: namedRuns,
  countTaskRuns: namedRuns,
  paginateTaskRuns: namedRuns,
  readTaskRunState: denied,
  deleteTaskRun: denied,
  taskRunHistory: denied,
  readTaskWorkers: denied,

  // What it tells. Events are looked at one by one, by `RunFamily`.
  createLogs: ({ body }) => {
    const entries = list(body)
    const flow_runs = entries.map((entry) => textOrNull(entry, 'flow_run_id'))
    const task_runs = entries.map((entry) => textOrNull(entry, 'task_run_id'))
    if (flow_runs.some((id, index) => id === null && task_runs[index] === null)) return null
    // A line that names only a task must name one that is known to be of the run.
    return {
      flow_runs: given(flow_runs),
      task_runs: given(task_runs.filter((_id, index) => flow_runs[index] === null)),
      coming_task_runs: given(task_runs.filter((_id, index) => flow_runs[index] !== null)),
    }
  },
  readLogs: namedRuns,
  createEvents: anybody,
  readEvents: denied,
  readAccountEventsPage: denied,
  countAccountEvents: denied,
  createArtifact: ({ body }) => {
    const flow_run = textOrNull(body, 'flow_run_id')
    const task_run = textOrNull(body, 'task_run_id')
    if (flow_run === null) return task_run === null ? {} : { task_runs: [task_run] }
    return { flow_runs: [flow_run], coming_task_runs: given([task_run]) }
  },
  updateArtifact: ({ params }) => ({ artifacts: [text(params, 'id')] }),
  readArtifact: anybody,
  readArtifacts: anybody,
  readLatestArtifact: anybody,
  readLatestArtifacts: anybody,
  countArtifacts: anybody,
  countLatestArtifacts: anybody,
  deleteArtifact: denied,

  // What it is made of and where it runs.
  createFlow: anybody,
  readFlow: anybody,
  readFlowByName: anybody,
  readFlows: denied,
  countFlows: denied,
  paginateFlows: denied,
  updateFlow: denied,
  deleteFlow: denied,
  bulkDeleteFlows: denied,
  readDeployment: anybody,
  readDeploymentByName: anybody,
  readDeployments: denied,
  countDeployments: denied,
  paginateDeployments: denied,
  createDeployment: denied,
  updateDeployment: denied,
  deleteDeployment: denied,
  bulkDeleteDeployments: denied,
  pauseDeployment: denied,
  resumeDeployment: denied,
  scheduleDeployment: denied,
  workQueueCheckForDeployment: denied,
  getScheduledFlowRunsForDeployments: denied,
  createDeploymentSchedules: denied,
  readDeploymentSchedules: denied,
  updateDeploymentSchedule: denied,
  deleteDeploymentSchedule: denied,
  readWorkPool: anybody,
  readWorkPoolQueue: anybody,
  readWorkQueue: anybody,
  readWorkPools: denied,
  countWorkPools: denied,
  createWorkPool: denied,
  updateWorkPool: denied,
  deleteWorkPool: denied,
  readWorkPoolConcurrencyStatus: denied,
  getScheduledFlowRuns: denied,
  createWorkPoolQueue: denied,
  readWorkPoolQueues: denied,
  updateWorkPoolQueue: denied,
  deleteWorkPoolQueue: denied,
  readWorkers: denied,
  workerHeartbeat: denied,
  deleteWorker: denied,
  createWorkQueue: denied,
  readWorkQueueByName: denied,
  readWorkQueues: denied,
  readWorkQueueRuns: denied,
  readWorkQueueStatus: denied,
  readWorkQueueConcurrencyStatus: denied,
  updateWorkQueue: denied,
  deleteWorkQueue: denied,

  // What user code reads: blocks with their secrets, and variables, which it may set too.
  readBlockDocument: anybody,
  readBlockDocumentByNameForBlockType: anybody,
  readBlockDocumentsForBlockType: anybody,
  readBlockDocuments: anybody,
  countBlockDocuments: anybody,
  readBlockType: anybody,
  readBlockTypeBySlug: anybody,
  readBlockTypes: anybody,
  readBlockSchema: anybody,
  readBlockSchemaByChecksum: anybody,
  readBlockSchemas: anybody,
  readAvailableBlockCapabilities: anybody,
  createBlockDocument: denied,
  updateBlockDocument: denied,
  deleteBlockDocument: denied,
  createBlockType: denied,
  updateBlockType: denied,
  deleteBlockType: denied,
  createBlockSchema: denied,
  deleteBlockSchema: denied,
  installSystemBlockTypes: denied,
  readVariable: anybody,
  readVariableByName: anybody,
  readVariables: anybody,
  countVariables: anybody,
  createVariable: anybody,
  updateVariable: anybody,
  updateVariableByName: anybody,
  deleteVariable: anybody,
  deleteVariableByName: anybody,

  // Slots are taken and given back by the client; limits are not made by it.
  incrementConcurrencyLimitsV1: ({ body }) => ({ coming_task_runs: [text(body, 'task_run_id')] }),
  decrementConcurrencyLimitsV1: ({ body }) => ({ coming_task_runs: [text(body, 'task_run_id')] }),
  readConcurrencyLimit: anybody,
  readConcurrencyLimitByTag: anybody,
  readConcurrencyLimits: anybody,
  createConcurrencyLimit: denied,
  deleteConcurrencyLimit: denied,
  deleteConcurrencyLimitByTag: denied,
  resetConcurrencyLimitByTag: denied,
  bulkIncrementActiveSlots: anybody,
  bulkDecrementActiveSlots: anybody,
  bulkIncrementActiveSlotsWithLease: anybody,
  bulkDecrementActiveSlotsWithLease: anybody,
  renewConcurrencyLease: anybody,
  readConcurrencyLimitV2: anybody,
  readAllConcurrencyLimitsV2: anybody,
  createConcurrencyLimitV2: denied,
  updateConcurrencyLimitV2: denied,
  deleteConcurrencyLimitV2: denied,

  // For people and for the pages that they look at.
  createAutomation: denied,
  readAutomation: denied,
  readAutomations: denied,
  readAutomationsRelatedToResource: denied,
  countAutomations: denied,
  updateAutomation: denied,
  patchAutomation: denied,
  deleteAutomation: denied,
  deleteAutomationsOwnedByResource: denied,
  validateAutomationTemplate: denied,
  validateTemplate: denied,
  createSavedSearch: denied,
  readSavedSearch: denied,
  readSavedSearches: denied,
  deleteSavedSearch: denied,
  countDeploymentsByFlow: denied,
  countTaskRunsByFlowRun: denied,
  nextRunsByFlow: denied,
  readDashboardTaskRunCounts: denied,
  readFlowRunHistory: denied,
  readTaskRunCountsByState: denied,
  readUiTaskRun: denied,
  validateObject: denied,
}

/** What is not in the table is denied. */
export function runAccess(operation_id: string): RunRule | 'denied' {
  return (RULES as Readonly<Record<string, RunRule | 'denied'>>)[operation_id] ?? denied
}

/**
 * A list is allowed when it is about runs that it names: by the filter `id`, `flow_run_id`, `parent_flow_run_id` or
 * `parent_task_run_id` with `any_`, none of them joined by `or_`. All that it names must be its own.
 */
function namedRuns({ body }: RunRequest): RunTargets | null {
  const flow_runs = [
    ...named(body, 'flow_runs', 'id'),
    ...named(body, 'flow_runs', 'parent_flow_run_id'),
    ...named(body, 'task_runs', 'flow_run_id'),
    ...named(body, 'logs', 'flow_run_id'),
  ]
  const task_runs = [
    ...named(body, 'flow_runs', 'parent_task_run_id'),
    ...named(body, 'task_runs', 'id'),
    ...named(body, 'logs', 'task_run_id'),
  ]
  if (flow_runs.length + task_runs.length === 0) return null
  return { flow_runs: flow_runs.flat(), coming_task_runs: task_runs.flat() }
}

/** One list of ids, or none when the filter does not narrow by it. */
function named(body: unknown, filter: string, member: string): readonly (readonly string[])[] {
  const given = fields(fields(body)[filter])
  if (given['operator'] === 'or_') return []
  const { any_, operator } = fields(given[member])
  if (!Array.isArray(any_) || operator === 'or_') return []
  return [any_.filter((id) => typeof id === 'string')]
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** The empty text is the id of nothing, so what is missing is refused. */
function text(value: unknown, key: string): string {
  return textOrNull(value, key) ?? ''
}

function textOrNull(value: unknown, key: string): string | null {
  const found = fields(value)[key]
  return typeof found === 'string' ? found : null
}

function given(ids: readonly (string | null)[]): readonly string[] {
  return ids.filter((id) => id !== null)
}
