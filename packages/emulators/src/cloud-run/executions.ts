/** Executions and their tasks. */
import { randomUUID } from 'node:crypto'
import { type JsonObject, numberOf, objectOf, stringMapOf, textOf } from '../json.ts'
import { GoogleError, notFound } from './errors.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { Operations } from './operations.ts'
import { listPage, listed } from './paging.ts'
import { type ExecutionRecord, type JobRecord, isTerminal, shortName, taskName } from './resources.ts'
import { type Runtime, lookUp, newEtag, nextSequence } from './runtime.ts'
import { executionView, operationView, taskView } from './views.ts'

export interface Executions {
  /** Stores a pending execution and notes it on its job. */
  insert(job: JobRecord, execution_id: string, template: JsonObject, caller: string): ExecutionRecord
  exists(job: JobRecord, token: string): boolean
  find(job: JobRecord, token: string): ExecutionRecord | null
  /** What `insert` would give, for a request that only wants to be checked. */
  validated(job: JobRecord, execution_id: string, template: JsonObject, caller: string): JsonObject
  /** Forgets all executions of a deleted job; calls back when their containers are gone. */
  removeAllOf(job: JobRecord, whenGone: () => void): void
  /** Cloud Run keeps the last 1,000 completed executions of a job. */
  retain(job_name: string): void
  get(request: JsonObject): JsonObject
  list(request: JsonObject): JsonObject
  cancel(request: JsonObject): JsonObject
  delete(request: JsonObject): JsonObject
  getTask(request: JsonObject): JsonObject
  listTasks(request: JsonObject): JsonObject
}

const KEPT_COMPLETED = 1_000

export interface ExecutionsParts {
  readonly runtime: Runtime
  readonly operations: Operations
  readonly lifecycle: Lifecycle
  /** The execution was deleted before or after its end. */
  readonly removed: (execution: ExecutionRecord) => void
}

export function createExecutions({ runtime, operations, lifecycle, removed }: ExecutionsParts): Executions {
  const { state, clock } = runtime

  function getExecution(name: string): ExecutionRecord {
    const execution = lookUp(state.executions, name)
    if (execution === undefined) throw notFound(name)
    return execution
  }

  function checkEtag(execution: ExecutionRecord, request: JsonObject): void {
    const etag = textOf(request, 'etag') ?? ''
    if (etag === '' || etag === execution.etag) return
    throw new GoogleError(
      'ABORTED',
      `Conflict for resource '${execution.name}': version '${etag}' was specified but current version is '${execution.etag}'.`,
    )
  }

  /** Names under a parent, where `-` stands for any job or execution. */
  function matches(name: string, parent: string): boolean {
    const parts = name.split('/')
    return parent.split('/').every((part, index) => part === parts[index] || (part === '-' && index > 4))
  }

  function finishLater(gone: Promise<unknown>, whenGone: () => void): void {
    gone.then(whenGone, (error: unknown) => runtime.log(`A container could not be stopped: ${String(error)}`))
  }

  function build(job: JobRecord, execution_id: string, template: JsonObject, creator: string): ExecutionRecord {
    const now = clock.timestamp()
    const task_count = numberOf(template, 'taskCount') ?? 1
    return {
      name: `${job.name}/executions/${execution_id}`,
      job: job.name,
      uid: randomUUID(),
      sequence: nextSequence(state),
      creator,
      labels: { ...stringMapOf(job.spec, 'labels'), ...stringMapOf(template, 'labels') },
      annotations: { ...stringMapOf(job.spec, 'annotations'), ...stringMapOf(template, 'annotations') },
      launch_stage: job.spec['launchStage'] ?? 'GA',
      template: objectOf(template, 'template') ?? {},
      task_count,
      parallelism: numberOf(template, 'parallelism') || task_count,
      create_time: now,
      start_time: null,
      completion_time: null,
      update_time: now,
      etag: newEtag(),
      status: 'pending',
      reason: null,
      message: null,
      retried_count: 0,
      tasks: Array.from({ length: task_count }, (_, index) => ({
        index,
        uid: randomUUID(),
        status: 'pending',
        retried: 0,
        start_time: null,
        completion_time: null,
        last_attempt: null,
        handle: null,
      })),
      log: [],
    }
  }

  function remove(execution: ExecutionRecord): Promise<void> {
    for (const { name, metadata } of operations.pendingOf(execution.name)) {
      if (metadata === null) operations.fail(name, { code: 1, message: 'The execution was deleted.' })
    }
    delete state.executions[execution.name]
    runtime.changed()
    removed(execution)
    return lifecycle.discard(execution)
  }

  return {
    insert(job, execution_id, template, caller) {
      const execution = build(job, execution_id, template, caller)
      state.executions[execution.name] = execution
      job.execution_count += 1
      job.latest_execution = execution.name
      runtime.changed()
      return execution
    },
    exists: (job, token) =>
      lookUp(state.executions, `${job.name}/executions/${shortName(job.name)}-${token}`) !== undefined,
    find: (job, token) => lookUp(state.executions, `${job.name}/executions/${shortName(job.name)}-${token}`) ?? null,

    validated(job, execution_id, template, caller) {
      const frozen = executionView(build(job, execution_id, template, caller))
      return operations.validated('Execution', textOf(frozen, 'name') ?? '', frozen)
    },

    removeAllOf(job, whenGone) {
      const mine = Object.values(state.executions).filter((execution) => execution.job === job.name)
      // A create and a delete in the same breath still are two steps: the operation is never done when it is returned.
      const later = new Promise<void>((resolve) => void clock.after(0, resolve))
      finishLater(Promise.all([later, ...mine.map(remove)]), whenGone)
    },

    retain(job_name) {
      const completed = Object.values(state.executions).filter(
        ({ job, status }) => job === job_name && isTerminal(status),
      )
      for (const { name } of completed.slice(0, Math.max(0, completed.length - KEPT_COMPLETED)))
        delete state.executions[name]
    },

    get: (request) => executionView(getExecution(textOf(request, 'name') ?? '')),

    list(request) {
      const parent = textOf(request, 'parent') ?? ''
      if (!parent.endsWith('/jobs/-') && lookUp(state.jobs, parent) === undefined) throw notFound(parent)
      const all = Object.values(state.executions).filter(({ name }) => matches(name, parent))
      const { items, page } = listPage(all, parent, request)
      return listed('executions', items.map(executionView), page)
    },

    cancel(request) {
      const execution = getExecution(textOf(request, 'name') ?? '')
      checkEtag(execution, request)
      if (isTerminal(execution.status)) {
        throw new GoogleError(
          'FAILED_PRECONDITION',
          `Execution '${shortName(execution.name)}' is already completed and cannot be cancelled.`,
        )
      }
      const operation = operations.create('Execution', execution.name)
      if (request['validateOnly'] !== true) lifecycle.cancel(execution)
      else operations.succeed(operation.name, executionView(execution))
      return operationView(state, operation)
    },

    delete(request) {
      const execution = getExecution(textOf(request, 'name') ?? '')
      checkEtag(execution, request)
      const frozen = { ...executionView(execution), deleteTime: clock.timestamp() }
      const operation = operations.create('Execution', execution.name, frozen)
      if (request['validateOnly'] === true) operations.succeed(operation.name, frozen)
      else finishLater(remove(execution), () => operations.succeed(operation.name, frozen))
      return operationView(state, operation)
    },

    getTask(request) {
      const name = textOf(request, 'name') ?? ''
      const execution = getExecution(name.slice(0, name.lastIndexOf('/tasks/')))
      const task = execution.tasks.find((task) => taskName(execution, task) === name)
      if (task === undefined) throw notFound(name)
      return taskView(execution, task)
    },

    listTasks(request) {
      const parent = textOf(request, 'parent') ?? ''
      if (!parent.includes('/-')) getExecution(parent)
      const all = Object.values(state.executions)
        .filter(({ name }) => matches(name, parent))
        .flatMap((execution) =>
          execution.tasks.map((task) => ({ sequence: execution.sequence * 10_000 - task.index, execution, task })),
        )
      const { items, page } = listPage(all, parent, request)
      return listed(
        'tasks',
        items.map(({ execution, task }) => taskView(execution, task)),
        page,
      )
    },
  }
}
