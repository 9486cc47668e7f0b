/**
 * One attempt of a task: the container from its start to its end, whoever ends it.
 * Every container that has started is counted once; the counters are what a test of "exactly once" looks at.
 */
import { type ContainerEngine, type ContainerSpec, type RunningContainer, isRunning } from '../engine.ts'
import { textOf } from '../json.ts'
import type { AttemptEnd } from './attempt-end.ts'
import { seconds } from './container-semantics.ts'
import { buildContainer } from './container-spec.ts'
import { type ExecutionRecord, type TaskRecord, shortName, taskName } from './resources.ts'
import { type Runtime, bump, nextSequence } from './runtime.ts'

export interface Attempts {
  /** Settles when the container is gone. */
  run(execution: ExecutionRecord, task: TaskRecord): Promise<AttemptEnd>
  /** SIGTERM, then SIGKILL; settles when the containers of the execution are gone. */
  stop(execution: ExecutionRecord, graceMs: number): Promise<void>
  stopAll(graceMs: number): void
  /** Ends what runs, or what will run next. */
  force(execution: ExecutionRecord, end: ForcedEnd): void
  /** The task ran before a restart of an emulator without processes: its next attempt goes on and is not a start. */
  resume(task: TaskRecord): void
}

export interface AttemptHooks {
  isClosed(): boolean
  /** Nobody wants to know any more how the execution goes on. */
  isOver(execution: ExecutionRecord): boolean
  running(execution: ExecutionRecord, task: TaskRecord): void
}

/** What a machine or an operator does to a container. */
export interface ForcedEnd {
  /** complete and fail: the task ends so. kill: SIGKILL. preempt: the machine is lost and the platform starts the task again. */
  readonly action: 'complete' | 'fail' | 'kill' | 'preempt'
  readonly exit_code?: number
  readonly message?: string
}

interface LiveAttempt {
  readonly execution: ExecutionRecord
  readonly container: RunningContainer
  readonly gone: Promise<void>
  /** Ends the attempt whatever the container does. */
  override(end: AttemptEnd): void
  isPreempted: boolean
}

const MOST_LOG_LINES = 1_000

export function createAttempts(runtime: Runtime, engine: ContainerEngine, hooks: AttemptHooks): Attempts {
  const { state, clock } = runtime
  const live = new Map<string, LiveAttempt>()
  const resumed = new WeakSet<TaskRecord>()
  /** Ends that were ordered before the container had started. */
  const ordered = new WeakMap<ExecutionRecord, ForcedEnd>()

  const attemptsOf = (execution: ExecutionRecord): readonly LiveAttempt[] =>
    [...live.values()].filter((attempt) => attempt.execution === execution)

  async function run(execution: ExecutionRecord, task: TaskRecord): Promise<AttemptEnd> {
    const spec = buildContainer(runtime, execution, task, (stream, text) => {
      if (hooks.isOver(execution)) return
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
    const started = await startContainer(spec)
    if (!isRunning(started)) return { exit_code: null, term_signal: null, problem: started.problem }
    if (!resumed.delete(task)) count(execution, spec.env)
    task.handle = started.handle
    if (hooks.isClosed()) started.kill()
    else if (hooks.isOver(execution) || execution.status === 'cancelling') started.stop(state.settings.stop_grace_ms)
    else hooks.running(execution, task)

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
    const order = ordered.get(execution)
    ordered.delete(execution)
    if (order !== undefined) forceAttempt(attempt, order)
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

  /** An engine that cannot start a container fails the attempt, not the emulator. */
  async function startContainer(spec: ContainerSpec): ReturnType<ContainerEngine['start']> {
    try {
      return await engine.start(spec)
    } catch (error) {
      runtime.log(`The container ${spec.id} did not start: ${String(error)}`)
      return {
        problem: `The container could not be started: ${error instanceof Error ? error.message : String(error)}`,
      }
    }
  }

  return {
    run,
    async stop(execution, graceMs) {
      const attempts = attemptsOf(execution)
      for (const { container } of attempts) container.stop(graceMs)
      await Promise.all(attempts.map(({ gone }) => gone))
    },
    stopAll(graceMs) {
      for (const { container } of live.values()) container.stop(graceMs)
    },
    force(execution, end) {
      const attempts = attemptsOf(execution)
      for (const attempt of attempts) forceAttempt(attempt, end)
      if (attempts.length === 0) ordered.set(execution, end)
    },
    resume: (task) => void resumed.add(task),
  }
}

function forceAttempt(attempt: LiveAttempt, { action, exit_code, message }: ForcedEnd): void {
  if (action === 'preempt') attempt.isPreempted = true
  const problem = message === undefined ? {} : { problem: message }
  if (action === 'complete') attempt.override({ exit_code: 0, term_signal: null })
  if (action === 'fail') attempt.override({ exit_code: exit_code ?? 1, term_signal: null, ...problem })
  attempt.container.kill()
}
