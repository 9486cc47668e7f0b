/** Runs executions: their tasks side by side, retries, cancelling, and how it all ended. */
import type { ContainerEngine } from '../engine.ts'
import { numberOf } from '../json.ts'
import { describeAttempt, explainEnd } from './attempt-end.ts'
import { type ForcedEnd, createAttempts } from './attempts.ts'
import { type ExecutionRecord, type TaskRecord, isTerminal, shortName, taskName } from './resources.ts'
import { type Runtime, newEtag } from './runtime.ts'

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

export interface LifecycleHooks {
  started(execution: ExecutionRecord): void
  ended(execution: ExecutionRecord): void
}

const MOST_PARALLEL_TASKS = 16
const CLOSE_GRACE_MS = 2_000

export function createLifecycle(runtime: Runtime, engine: ContainerEngine, hooks: LifecycleHooks): Lifecycle {
  const { state, clock } = runtime
  const launched = new WeakSet<ExecutionRecord>()
  const discarded = new WeakSet<ExecutionRecord>()
  const runs = new Set<Promise<void>>()
  let isClosed = false

  const attempts = createAttempts(runtime, engine, { isClosed: () => isClosed, isOver, running: markRunning })

  function isOver(execution: ExecutionRecord): boolean {
    return isClosed || discarded.has(execution)
  }

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
      const end = await attempts.run(execution, task)
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

  return {
    launch(execution) {
      start(execution)
    },

    cancel(execution) {
      execution.status = 'cancelling'
      touch(execution)
      void attempts.stop(execution, state.settings.stop_grace_ms)
    },

    async discard(execution) {
      discarded.add(execution)
      await attempts.stop(execution, state.settings.stop_grace_ms)
    },

    force: (execution, end) => attempts.force(execution, end),

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
          for (const task of execution.tasks) if (task.status === 'running') attempts.resume(task)
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
      attempts.stopAll(CLOSE_GRACE_MS)
      await Promise.all(runs)
    },
  }
}

const isCancelling = (execution: ExecutionRecord): boolean => execution.status === 'cancelling'
