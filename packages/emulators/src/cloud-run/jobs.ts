/** Jobs: created, read, changed, deleted and run. A job with an execution token gets its execution in the same step. */
import { randomUUID } from 'node:crypto'
import { type JsonObject, objectOf, objectsOf, textOf } from '../json.ts'
import { checkSpec, findProblem, taskTemplate, tokenOf } from './job-spec.ts'
import { GoogleError, invalidArgument, invalidField, notFound } from './errors.ts'
import type { Executions } from './executions.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { Operations } from './operations.ts'
import { applyOverrides } from './overrides.ts'
import { listPage, listed } from './paging.ts'
import type { Quotas } from './quotas.ts'
import { type ExecutionRecord, type JobRecord, isTerminal } from './resources.ts'
import { type Runtime, lookUp, newEtag, nextSequence } from './runtime.ts'
import { overrideViolations } from './semantics.ts'
import { jobView, operationView } from './views.ts'

export interface Jobs {
  create(request: JsonObject, caller: string): JsonObject
  get(request: JsonObject): JsonObject
  list(request: JsonObject): JsonObject
  update(request: JsonObject, caller: string): JsonObject
  delete(request: JsonObject): JsonObject
  run(request: JsonObject, caller: string): JsonObject
  /** What a job waits for has happened to one of its executions. */
  executionMoved(execution: ExecutionRecord, phase: 'started' | 'ended'): void
  /** Goes on with the jobs that were not Ready when the emulator stopped. */
  recover(): void
}

interface Parts {
  readonly runtime: Runtime
  readonly operations: Operations
  readonly executions: Executions
  readonly lifecycle: Lifecycle
  readonly quotas: Quotas
}

export function createJobs({ runtime, operations, executions, lifecycle, quotas }: Parts): Jobs {
  const { state, clock } = runtime
  /** Jobs that become Ready when an execution has started or has ended. */
  const waiting = new Map<string, { readonly phase: 'started' | 'ended'; readonly settle: () => void }>()

  function getJob(name: string): JobRecord {
    const job = lookUp(state.jobs, name)
    if (job === undefined) throw notFound(name)
    return job
  }

  function checkEtag(job: JobRecord, etag: string | undefined): void {
    if (etag === undefined || etag === '' || etag === job.etag) return
    throw new GoogleError(
      'ABORTED',
      `Conflict for resource '${job.name}': version '${etag}' was specified but current version is '${job.etag}'.`,
    )
  }

  function reconcile(job: JobRecord, execution: ExecutionRecord | null, operation_name: string): void {
    const { generation } = job
    const problem = findProblem(state, job.spec, job.name)
    const isCurrent = (): boolean => lookUp(state.jobs, job.name) === job && job.generation === generation
    const settle = (): void => {
      if (!isCurrent()) return
      job.ready = { state: 'CONDITION_SUCCEEDED', at: clock.timestamp() }
      const isSilent = execution !== null && state.settings.token_operation_without_response
      operations.succeed(operation_name, isSilent ? null : jobView(state, job))
    }
    clock.after(state.settings.ready_delay_ms, () => {
      if (!isCurrent()) return
      if (problem !== null) {
        job.ready = { state: 'CONDITION_FAILED', ...problem, at: clock.timestamp() }
        operations.fail(operation_name, {
          code: problem.reason === 'CONTAINER_MISSING' ? 5 : 9,
          message: problem.message,
        })
        return
      }
      if (execution === null) return settle()
      waiting.set(execution.name, { phase: job.spec['runExecutionToken'] === undefined ? 'started' : 'ended', settle })
      lifecycle.launch(execution)
      // After a restart it may be further than that already.
      if (execution.status !== 'pending') moved(execution, isTerminal(execution.status) ? 'ended' : 'started')
    })
    runtime.changed()
  }

  function moved(execution: ExecutionRecord, phase: 'started' | 'ended'): void {
    const found = waiting.get(execution.name)
    if (found === undefined) return
    // An execution that ended without ever having started settles its job too: it will not start any more.
    if (found.phase === 'ended' && phase === 'started') return
    waiting.delete(execution.name)
    found.settle()
  }

  /** The execution that a token asks for, unless the job can never run. */
  function executionOfToken(job: JobRecord, caller: string): ExecutionRecord | null {
    const token = tokenOf(job.spec)
    if (token === undefined || findProblem(state, job.spec, job.name) !== null) return null
    const template = objectOf(job.spec, 'template') ?? {}
    return executions.insert(job, `${job.name.slice(job.name.lastIndexOf('/') + 1)}-${token}`, template, caller)
  }

  const validated = (job: JobRecord): JsonObject => operations.validated('Job', job.name, jobView(state, job))

  return {
    create(request, caller) {
      const parent = textOf(request, 'parent') ?? ''
      const given = objectOf(request, 'job') ?? {}
      const job_id = textOf(request, 'jobId') ?? ''
      const name = `${parent}/jobs/${job_id}`
      const givenName = textOf(given, 'name') ?? ''
      if (givenName !== '' && givenName !== name)
        throw invalidField('job.name', `job.name: must be "${name}" or empty.`)
      const spec = checkSpec(state, given, job_id)
      if (lookUp(state.jobs, name) !== undefined) {
        throw new GoogleError('ALREADY_EXISTS', `Resource '${job_id}' already exists.`)
      }
      quotas.checkJobs(parent)
      const job = newJob(runtime, name, spec, caller)
      if (request['validateOnly'] === true) return validated(job)
      state.jobs[name] = job
      const execution = executionOfToken(job, caller)
      const operation = operations.create('Job', name)
      reconcile(job, execution, operation.name)
      return operationView(state, operation)
    },

    get: (request) => jobView(state, getJob(textOf(request, 'name') ?? '')),

    list(request) {
      const parent = textOf(request, 'parent') ?? ''
      const all = Object.values(state.jobs).filter(({ name }) => name.startsWith(`${parent}/jobs/`))
      const { items, page } = listPage(all, parent, request)
      return listed(
        'jobs',
        items.map((job) => jobView(state, job)),
        page,
      )
    },

    update(request, caller) {
      const given = objectOf(request, 'job') ?? {}
      const name = textOf(given, 'name') ?? ''
      const job_id = name.slice(name.lastIndexOf('/') + 1)
      if (lookUp(state.jobs, name) === undefined && request['allowMissing'] === true) {
        const parent = name.slice(0, name.lastIndexOf('/jobs/'))
        return this.create(
          { parent, jobId: job_id, job: given, validateOnly: request['validateOnly'] ?? false },
          caller,
        )
      }
      const job = getJob(name)
      checkEtag(job, textOf(given, 'etag'))
      const spec = checkSpec(state, given, job_id)
      if (request['validateOnly'] === true) return validated({ ...job, spec })
      const token = tokenOf(spec)
      if (token !== undefined && executions.exists(job, token)) {
        throw new GoogleError('ALREADY_EXISTS', `Resource '${job_id}-${token}' already exists.`)
      }
      job.spec = spec
      job.generation += 1
      job.last_modifier = caller
      job.update_time = clock.timestamp()
      job.etag = newEtag()
      job.ready = { state: 'CONDITION_RECONCILING', at: job.update_time }
      const execution = executionOfToken(job, caller)
      const operation = operations.create('Job', name)
      reconcile(job, execution, operation.name)
      return operationView(state, operation)
    },

    delete(request) {
      const job = getJob(textOf(request, 'name') ?? '')
      checkEtag(job, textOf(request, 'etag'))
      if (request['validateOnly'] === true) return validated(job)
      const now = clock.timestamp()
      const frozen = { ...jobView(state, job), deleteTime: now, updateTime: now }
      const operation = operations.create('Job', job.name, frozen)
      delete state.jobs[job.name]
      executions.removeAllOf(job, () => operations.succeed(operation.name, frozen))
      return operationView(state, operation)
    },

    run(request, caller) {
      const job = getJob(textOf(request, 'name') ?? '')
      checkEtag(job, textOf(request, 'etag'))
      const overrides = objectOf(request, 'overrides') ?? {}
      const violations = overrideViolations(overrides, objectsOf(taskTemplate(job.spec), 'containers'))
      if (violations.length > 0) throw invalidArgument(violations)
      if (job.ready.state !== 'CONDITION_SUCCEEDED') {
        throw new GoogleError(
          'FAILED_PRECONDITION',
          `Job '${job.name}' is not ready: ${job.ready.message ?? 'it is being reconciled'}`,
        )
      }
      if (state.settings.refuse_run_of_tokenised_job && tokenOf(job.spec) !== undefined) {
        throw new GoogleError(
          'FAILED_PRECONDITION',
          `Job '${job.name}' was created with an execution token and cannot be run again.`,
        )
      }
      quotas.checkRunning(job.name)
      const template = applyOverrides(objectOf(job.spec, 'template') ?? {}, overrides)
      const execution_id = `${job.name.slice(job.name.lastIndexOf('/') + 1)}-${randomUUID().slice(0, 5)}`
      if (request['validateOnly'] === true) return executions.validated(job, execution_id, template, caller)
      const execution = executions.insert(job, execution_id, template, caller)
      const operation = operations.create('Execution', execution.name)
      lifecycle.launch(execution)
      return operationView(state, operation)
    },

    executionMoved: moved,

    recover() {
      for (const job of Object.values(state.jobs)) {
        if (job.ready.state !== 'CONDITION_RECONCILING') continue
        const pending = Object.values(state.operations).find(({ target, done }) => target === job.name && !done)
        const token = tokenOf(job.spec)
        const execution = token === undefined ? null : executions.find(job, token)
        reconcile(job, execution, pending?.name ?? '')
      }
    },
  }
}

function newJob({ state, clock }: Runtime, name: string, spec: JsonObject, caller: string): JobRecord {
  const now = clock.timestamp()
  return {
    name,
    uid: randomUUID(),
    sequence: nextSequence(state),
    creator: caller,
    last_modifier: caller,
    spec,
    generation: 1,
    create_time: now,
    update_time: now,
    etag: newEtag(),
    ready: { state: 'CONDITION_RECONCILING', at: now },
    execution_count: 0,
    latest_execution: null,
  }
}
