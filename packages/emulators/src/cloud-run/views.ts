/** How records look on the wire. Fields that Google leaves out when they are empty are left out here too. */
import { type Json, type JsonObject, compact, numberOf } from '../json.ts'
import {
  type Condition,
  type EmulatorState,
  type ExecutionRecord,
  type JobRecord,
  type OperationRecord,
  type TaskRecord,
  isTerminal,
  locationOf,
  projectOf,
  shortName,
  taskName,
} from './resources.ts'

const COMPLETION_STATUS = {
  pending: 'EXECUTION_PENDING',
  running: 'EXECUTION_RUNNING',
  cancelling: 'EXECUTION_RUNNING',
  succeeded: 'EXECUTION_SUCCEEDED',
  failed: 'EXECUTION_FAILED',
  cancelled: 'EXECUTION_CANCELLED',
} as const

export function jobView(state: EmulatorState, job: JobRecord): JsonObject {
  const isReconciling = job.ready.state === 'CONDITION_RECONCILING'
  return {
    ...job.spec,
    ...compact({
      name: job.name,
      uid: job.uid,
      generation: String(job.generation),
      createTime: job.create_time,
      updateTime: job.update_time,
      creator: job.creator,
      lastModifier: job.last_modifier,
      observedGeneration: String(isReconciling ? job.generation - 1 : job.generation),
      terminalCondition: conditionView('Ready', job.ready),
      conditions: [],
      executionCount: job.execution_count === 0 ? undefined : job.execution_count,
      // Always there, even when empty: Prefect's worker reads it without asking whether it is.
      latestCreatedExecution: latestExecutionView(state, job),
      reconciling: isReconciling ? true : undefined,
      etag: job.etag,
    }),
  }
}

function latestExecutionView(state: EmulatorState, job: JobRecord): JsonObject {
  if (job.latest_execution === null) return {}
  const execution = state.executions[job.latest_execution]
  if (execution === undefined) return { name: job.latest_execution }
  return compact({
    name: execution.name,
    createTime: execution.create_time,
    completionTime: execution.completion_time ?? undefined,
    completionStatus: COMPLETION_STATUS[execution.status],
  })
}

function conditionView(type: string, condition: Condition): JsonObject {
  const { state, message, reason, at } = condition
  return compact({ type, state, message, lastTransitionTime: at, reason })
}

export function executionView(execution: ExecutionRecord): JsonObject {
  const count = (status: TaskRecord['status']): number | undefined => {
    const found = execution.tasks.filter((task) => task.status === status).length
    return found === 0 ? undefined : found
  }
  return compact({
    name: execution.name,
    uid: execution.uid,
    creator: execution.creator,
    generation: '1',
    labels: execution.labels,
    annotations: execution.annotations,
    createTime: execution.create_time,
    startTime: execution.start_time ?? undefined,
    completionTime: execution.completion_time ?? undefined,
    updateTime: execution.update_time,
    launchStage: execution.launch_stage,
    job: shortName(execution.job),
    parallelism: execution.parallelism,
    taskCount: execution.task_count,
    template: execution.template,
    reconciling: isTerminal(execution.status) ? undefined : true,
    conditions: executionConditions(execution),
    observedGeneration: '1',
    runningCount: count('running'),
    succeededCount: count('succeeded'),
    failedCount: count('failed'),
    cancelledCount: count('cancelled'),
    retriedCount: execution.retried_count === 0 ? undefined : execution.retried_count,
    logUri: logUri(execution),
    etag: execution.etag,
  })
}

function executionConditions(execution: ExecutionRecord): readonly JsonObject[] {
  const { status, message, reason, update_time } = execution
  const isSettled = isTerminal(status)
  const state =
    status === 'succeeded' ? 'CONDITION_SUCCEEDED' : isSettled ? 'CONDITION_FAILED' : 'CONDITION_RECONCILING'
  const completed = compact({
    type: 'Completed',
    state,
    message: message ?? undefined,
    lastTransitionTime: execution.completion_time ?? update_time,
    executionReason: status === 'cancelling' ? 'CANCELLING' : (reason ?? undefined),
  })
  const others = ['ResourcesAvailable', 'Started'].map((type) => {
    const hasStarted = execution.start_time !== null
    return {
      type,
      state: hasStarted ? 'CONDITION_SUCCEEDED' : 'CONDITION_RECONCILING',
      lastTransitionTime: execution.start_time ?? execution.create_time,
    }
  })
  return [completed, ...others]
}

export function taskView(execution: ExecutionRecord, task: TaskRecord): JsonObject {
  const { template } = execution
  const isSettled = task.completion_time !== null
  const state =
    task.status === 'succeeded' ? 'CONDITION_SUCCEEDED' : isSettled ? 'CONDITION_FAILED' : 'CONDITION_RECONCILING'
  return compact({
    name: taskName(execution, task),
    uid: task.uid,
    generation: '1',
    labels: execution.labels,
    annotations: execution.annotations,
    createTime: execution.create_time,
    scheduledTime: task.start_time ?? undefined,
    startTime: task.start_time ?? undefined,
    completionTime: task.completion_time ?? undefined,
    updateTime: task.completion_time ?? task.start_time ?? execution.create_time,
    job: shortName(execution.job),
    execution: shortName(execution.name),
    containers: template['containers'],
    volumes: template['volumes'],
    maxRetries: numberOf(template, 'maxRetries') ?? 0,
    timeout: template['timeout'],
    serviceAccount: template['serviceAccount'],
    executionEnvironment: template['executionEnvironment'],
    reconciling: isSettled ? undefined : true,
    conditions: [
      compact({
        type: 'Completed',
        state,
        lastTransitionTime: task.completion_time ?? execution.create_time,
        message: task.last_attempt?.message ?? undefined,
      }),
    ],
    observedGeneration: '1',
    index: task.index === 0 ? undefined : task.index,
    retried: task.retried === 0 ? undefined : task.retried,
    lastAttemptResult: attemptView(task),
    vpcAccess: template['vpcAccess'],
    logUri: logUri(execution),
    etag: execution.etag,
  })
}

function attemptView(task: TaskRecord): JsonObject | undefined {
  if (task.last_attempt === null) return undefined
  const { exit_code, term_signal, message } = task.last_attempt
  const isSuccess = exit_code === 0 && message === null
  const plain =
    exit_code === null
      ? `The container was ended by signal ${term_signal ?? 0}.`
      : `The container exited with code ${exit_code}.`
  return compact({
    status: isSuccess ? {} : { code: 2, message: message ?? plain },
    exitCode: exit_code === 0 || exit_code === null ? undefined : exit_code,
    termSignal: term_signal ?? undefined,
  })
}

export function operationView(state: EmulatorState, operation: OperationRecord): JsonObject {
  const type = `type.googleapis.com/google.cloud.run.v2.${operation.kind}`
  const typed = (value: JsonObject | null): Json | undefined =>
    value === null ? undefined : { '@type': type, ...value }
  return compact({
    name: operation.name,
    metadata: typed(operation.metadata ?? targetView(state, operation)),
    done: operation.done ? true : undefined,
    error: operation.error ?? undefined,
    response: operation.error === null ? typed(operation.response) : undefined,
  })
}

/** The present view of what an operation is about; null once that is gone. */
export function targetView(state: EmulatorState, operation: OperationRecord): JsonObject | null {
  if (operation.kind === 'Job') {
    const job = state.jobs[operation.target]
    return job === undefined ? null : jobView(state, job)
  }
  const execution = state.executions[operation.target]
  return execution === undefined ? null : executionView(execution)
}

function logUri(execution: ExecutionRecord): string {
  const filter = `resource.type="cloud_run_job" resource.labels.job_name="${shortName(execution.job)}" labels."run.googleapis.com/execution_name"="${shortName(execution.name)}" resource.labels.location="${locationOf(execution.name)}"`
  return `https://console.cloud.google.com/logs/viewer?project=${projectOf(execution.name)}&advancedFilter=${encodeURIComponent(filter)}`
}
