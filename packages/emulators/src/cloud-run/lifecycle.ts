/**
 * Runs executions: starts containers through the engine, retries, stops, and writes down how they ended.
 * Every container that has started is counted once; the counters are what a test of "exactly once" looks at.
 */
import { type ContainerEngine, type RunningContainer, isRunning } from '../engine.ts'
import { numberOf, textOf } from '../json.ts'
import { type AttemptEnd, describeAttempt, explainEnd } from './attempt-end.ts'
import { buildContainer } from './container-spec.ts'
import { seconds } from './container-semantics.ts'
import { type ExecutionRecord, type TaskRecord, isTerminal, shortName, taskName } from './resources.ts'
import { type Runtime, bump, newEtag, nextSequence } from './runtime.ts'

export interface Lifecycle {
  /** Starts the tasks of a pending execution. */
  launch(execution: ExecutionRecord): void
  /** Asks the containers to stop; the execution ends as cancelled. */
  cancel(execution: ExecutionRecord): void
  /** The execution was deleted: its containers stop, its record is no longer kept. Settles when they are gone. */
  discard(execution: ExecutionRecord): Promise<void>
  /** What a machine or an operator may do to it, by the control port. */
  force(execution: ExecutionRecord, action: ForcedEnd): void
  /** After a restart: what ran before has been lost. */
  recover(): Promise<void>
  /** Stops every container and forgets the timers. */
  close(): Promise<void>
}

interface ForcedEnd {
  /** complete and fail: the task ends so. kill: SIGKILL. preempt: the machine is lost and the platform starts the task again. */
  readonly action: 'complete' | 'fail' | 'kill' | 'preempt'
  readonly exit_code?: number
  readonly message?: string
}

export interface LifecycleHooks {
  started(execution: ExecutionRecord): void
  ended(execution: ExecutionRecord): void
}

interface LiveAttempt {
  readonly execution: ExecutionRecord
  readonly container: RunningContainer
  readonly gone: Promise<void>
  /** Ends the attempt whatever the container does. */
  override(end: AttemptEnd): void
  isPreempted: boolean
}

const MOST_PARALLEL_TASKS = 16
const MOST_LOG_LINES = 1_000
const CLOSE_GRACE_MS = 2_000

export function createLifecycle(runtime: Runtime, engine: ContainerEngine, hooks: LifecycleHooks): Lifecycle {
  const { state, clock } = runtime
  const live = new Map<string, LiveAttempt>()
  const launched = new WeakSet<ExecutionRecord>()
  const discarded = new WeakSet<ExecutionRecord>()
  /** Tasks of the engine without processes that ran before a restart: they go on, they do not start again. */
  const resumed = new WeakSet<TaskRecord>()
  const runs = new Set<Promise<void>>()
  let isClosed = false

  const isOver = (execution: ExecutionRecord): boolean => isClosed || discarded.has(execution)

  function touch(execution: ExecutionRecord): void {
    execution.update_time = clock.timestamp()
    execution.etag = newEtag()
    runtime.changed()
  }

  async function run(execution: ExecutionRecord): Promise<void> {
    const queue = [...execution.tasks]
    const lanes = Math.min(execution.parallelism, MOST_PARALLEL_TASKS)
    const work = async (): Promise<void> => {
      for (let task = queue.shift(); task !== undefined && !isOver(execution); task = queue.shift()) {
        await runTask(execution, task)
      }
    }
    await Promise.all(Array.from({ length: lanes }, work))
    if (!isOver(execution)) conclude(execution)
  }

  async function runTask(execution: ExecutionRecord, task: TaskRecord): Promise<void> {
    const retries = numberOf(execution.template, 'maxRetries') ?? 0
    for (;;) {
      if (isOver(execution)) return
      if (execution.status === 'cancelling') break
      const end = await runAttempt(execution, task)
      if (isOver(execution)) return
      task.handle = null
      const isSuccess = end.exit_code === 0 && end.timedOut !== true
      task.last_attempt = {
        exit_code: end.exit_code,
        term_signal: end.term_signal,
        message: isSuccess ? null : explainEnd(end),
      }
      touch(execution)
      if (isSuccess) return endTask(task, 'succeeded')
      if (isCancelling(execution)) break
      if (end.again === true) continue
      if (task.retried >= retries) return endTask(task, 'failed')
      task.retried += 1
      execution.retried_count += 1
    }
    endTask(task, 'cancelled')
  }

  function endTask(task: TaskRecord, status: TaskRecord['status']): void {
    task.status = status
    task.completion_time = clock.timestamp()
  }

  async function runAttempt(execution: ExecutionRecord, task: TaskRecord): Promise<AttemptEnd> {
    const spec = buildContainer(runtime, execution, task, (stream, text) => {
      if (isOver(execution)) return
      const line = {
        sequence: nextSequence(state),
        time: clock.timestamp(),
        stream,
        text,
        task_index: task.index,
        attempt: task.retried,
      }
      execution.log.push(line)
      if (execution.log.length > MOST_LOG_LINES) execution.log.shift()
      runtime.changed()
    })
    const started = await engine.start(spec)
    if (!isRunning(started)) return { exit_code: null, term_signal: null, problem: started.problem }
    if (!resumed.delete(task)) count(execution, spec.env)
    task.handle = started.handle
    if (isClosed) started.kill()
    else if (isOver(execution) || isCancelling(execution)) started.stop(state.settings.stop_grace_ms)
    else markRunning(execution, task)

    const { promise: overridden, resolve: override } = Promise.withResolvers<AttemptEnd>()
    const attempt: LiveAttempt = {
      execution,
      container: started,
      gone: started.ended.then(() => undefined),
      override,
      isPreempted: false,
    }
    live.set(taskName(execution, task), attempt)
    let timedOut = false
    const timeoutSeconds = seconds(textOf(execution.template, 'timeout') ?? '600s')
    const disarm = clock.after(timeoutSeconds * 1_000, () => {
      timedOut = true
      started.stop(state.settings.stop_grace_ms)
    })
    if (state.settings.auto_complete) override({ exit_code: 0, term_signal: null })
    const end = await Promise.race([overridden, started.ended])
    disarm()
    started.kill()
    await attempt.gone
    live.delete(taskName(execution, task))
    return { ...end, timedOut, again: attempt.isPreempted }
  }

  function count(execution: ExecutionRecord, env: Readonly<Record<string, string>>): void {
    const { counters } = state
    counters.process_starts += 1
    bump(counters.by_job, shortName(execution.job))
    const flow_run_id = env['PREFECT__FLOW_RUN_ID'] ?? env['SLIPWAY_FLOW_RUN_ID']
    if (flow_run_id !== undefined) bump(counters.by_flow_run_id, flow_run_id)
    const submission_id = env['SLIPWAY_SUBMISSION_ID']
    if (submission_id !== undefined) bump(counters.by_submission_id, submission_id)
    runtime.changed()
  }

  function markRunning(execution: ExecutionRecord, task: TaskRecord): void {
    task.status = 'running'
    task.start_time ??= clock.timestamp()
    if (execution.status === 'pending') {
      execution.status = 'running'
      execution.start_time = clock.timestamp()
      hooks.started(execution)
    }
    touch(execution)
  }

  function conclude(execution: ExecutionRecord): void {
    const bad = execution.tasks.find((task) => task.status === 'failed')
    if (execution.status === 'cancelling') {
      execution.status = 'cancelled'
      execution.reason = 'CANCELLED'
      execution.message = 'The execution was cancelled.'
    } else if (bad === undefined) {
      execution.status = 'succeeded'
      execution.message = 'Execution completed successfully.'
    } else {
      execution.status = 'failed'
      execution.reason = bad.last_attempt?.exit_code ? 'NON_ZERO_EXIT_CODE' : null
      execution.message = `Task ${shortName(taskName(execution, bad))} failed with ${describeAttempt(bad.last_attempt)}`
    }
    execution.completion_time = clock.timestamp()
    touch(execution)
    hooks.ended(execution)
  }

  function start(execution: ExecutionRecord): void {
    if (launched.has(execution) || isTerminal(execution.status)) return
    launched.add(execution)
    const running = run(execution).finally(() => runs.delete(running))
    runs.add(running)
  }

  const attemptsOf = (execution: ExecutionRecord): LiveAttempt[] =>
    [...live.values()].filter((attempt) => attempt.execution === execution)

  return {
    launch(execution) {
      start(execution)
    },

    cancel(execution) {
      execution.status = 'cancelling'
      touch(execution)
      for (const { container } of attemptsOf(execution)) container.stop(state.settings.stop_grace_ms)
    },

    async discard(execution) {
      discarded.add(execution)
      const attempts = attemptsOf(execution)
      for (const { container } of attempts) container.stop(state.settings.stop_grace_ms)
      await Promise.all(attempts.map(({ gone }) => gone))
    },

    force(execution, { action, exit_code, message }) {
      for (const attempt of attemptsOf(execution)) {
        if (action === 'preempt') attempt.isPreempted = true
        const problem = message === undefined ? {} : { problem: message }
        if (action === 'complete') attempt.override({ exit_code: 0, term_signal: null })
        if (action === 'fail') attempt.override({ exit_code: exit_code ?? 1, term_signal: null, ...problem })
        attempt.container.kill()
      }
    },

    async recover() {
      for (const execution of Object.values(state.executions)) {
        if (isTerminal(execution.status)) continue
        if (execution.status === 'pending') {
          start(execution)
          continue
        }
        const handles = execution.tasks.flatMap(({ handle }) => (handle === null ? [] : [handle]))
        for (const handle of handles) await engine.recover(handle)
        if (engine.name === 'none' && handles.length === 0) {
          for (const task of execution.tasks) if (task.status === 'running') resumed.add(task)
          start(execution)
          continue
        }
        for (const task of execution.tasks) {
          if (task.completion_time !== null) continue
          task.last_attempt = {
            exit_code: null,
            term_signal: 9,
            message: 'The instance was lost when the emulator stopped.',
          }
          task.handle = null
          endTask(task, 'failed')
        }
        conclude(execution)
      }
    },

    async close() {
      isClosed = true
      for (const { container } of live.values()) container.stop(CLOSE_GRACE_MS)
      await Promise.all(runs)
    },
  }
}

const isCancelling = (execution: ExecutionRecord): boolean => execution.status === 'cancelling'
