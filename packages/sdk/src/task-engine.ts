import { stateOfWork } from './final-state.ts'
import { explainError, InterruptedError, RunFailedError } from './errors.ts'
import { addSeconds } from './time.ts'
import { createLogger, type Logger } from './logger.ts'
import { runInContext, type EngineContext } from './run-context.ts'
import { AwaitingRetry, Cancelled, Crashed, Pending, Running, type State } from './states.ts'
import { supervise, type Outcome } from './supervise.ts'
import { taskRetryDelaySeconds, type TaskDefinition } from './task-definition.ts'
import { taskRunEvent } from './task-run-events.ts'
import { advanceRecord, type TaskRunMoment } from './task-run-record.ts'
import type { TaskRunRecord } from './wire.ts'

/** One run of a task within a flow. Its states are decided here and told to the server as events. */
interface TaskRun {
  readonly id: string
  readonly name: string
  readonly logger: Logger
  /** Tells the new state; returns how often the run has been started. */
  readonly enter: (state: State) => number
}

export async function runTask<R>(
  definition: TaskDefinition,
  work: () => R | Promise<R>,
  context: EngineContext,
): Promise<R> {
  context.signal.throwIfAborted()
  const run = startTaskRun(definition, context)
  run.enter(Pending())
  for (let failures = 0; ;) {
    const runCount = run.enter(failures === 0 ? Running() : Running({ name: 'Retrying' }))
    const outcome = await tryOnce(definition, work, {
      ...context,
      taskRun: { id: run.id, name: run.name, runCount },
      logger: run.logger,
    })
    if (outcome.kind === 'interrupted') throw giveUp(run, outcome.error)
    const state = stateOfWork(outcome)
    if (state.type !== 'FAILED') {
      run.enter(state)
      run.logger.info('Finished in state %s', state.name)
      if (state.type !== 'COMPLETED') throw new RunFailedError(`The task run is ${state.name}`, state.type)
      if (outcome.kind === 'returned') return outcome.value
    }
    failures += 1
    logFailure(run.logger, outcome, state)
    if (failures > definition.retries) {
      run.enter(state)
      throw errorOf(outcome, state)
    }
    const delay = taskRetryDelaySeconds(definition, failures, context.session.host.random())
    run.logger.info('Retry %d of %d in %d s', failures, definition.retries, delay)
    await waitForRetry(run, context, delay, state.message)
  }
}

function startTaskRun(definition: TaskDefinition, { session, flowRun, taskCounts }: EngineContext): TaskRun {
  const { host, config, connection } = session
  const id = host.uuid7()
  const count = taskCounts.get(definition.name) ?? 0
  taskCounts.set(definition.name, count + 1)
  const name = `${definition.name}-${count}`
  let record = firstRecord(definition, {
    name,
    dynamicKey: host.uuid(),
    flowRunCount: flowRun.runCount,
    now: host.now(),
  })
  let current: TaskRunMoment | null = null
  const logger = createLogger({
    host,
    level: config.logLevel,
    sink: connection?.logs ?? null,
    name: 'prefect.task_runs',
    label: `Task run '${name}'`,
    flowRunId: flowRun.id,
    taskRunId: id,
  })
  const enter = (state: State): number => {
    const next = { id: host.uuid7(), state, timestamp: host.now() }
    record = advanceRecord(record, current, next)
    connection?.events.emit(taskRunEvent({ taskRunId: id, flowRun, record, before: current, next }))
    current = next
    return record.run_count
  }
  return { id, name, logger, enter }
}

interface Beginning {
  readonly name: string
  readonly dynamicKey: string
  readonly flowRunCount: number
  readonly now: string
}

function firstRecord(definition: TaskDefinition, { name, dynamicKey, flowRunCount, now }: Beginning): TaskRunRecord {
  const { retries, retryDelaysSeconds, retryJitterFactor, version, tags, key } = definition
  return {
    name,
    task_key: key,
    // Random: a retried flow runs its tasks anew, and each of these runs is one of its own.
    dynamic_key: dynamicKey,
    ...(version === null ? {} : { task_version: version }),
    empirical_policy: {
      max_retries: 0,
      retry_delay_seconds: 0,
      retries,
      retry_delay: retryDelaysSeconds.length === 1 ? (retryDelaysSeconds[0] ?? 0) : retryDelaysSeconds,
      retry_jitter_factor: retryJitterFactor === 0 ? null : retryJitterFactor,
    },
    tags,
    labels: {},
    task_inputs: {},
    run_count: 0,
    flow_run_run_count: flowRunCount,
    expected_start_time: now,
    total_run_time: 0,
  }
}

async function tryOnce<R>(
  definition: TaskDefinition,
  work: () => R | Promise<R>,
  context: EngineContext,
): Promise<Outcome<R>> {
  return await supervise(
    { host: context.session.host, signal: context.signal, timeoutSeconds: definition.timeoutSeconds },
    async (signal) => await runInContext({ ...context, signal }, async () => await work()),
  )
}

async function waitForRetry(
  run: TaskRun,
  { session, signal }: EngineContext,
  delay: number,
  message: string | null,
): Promise<void> {
  const { host } = session
  run.enter(AwaitingRetry({ scheduledTime: addSeconds(host.now(), delay), ...(message === null ? {} : { message }) }))
  try {
    await host.sleep(delay * 1_000, signal)
  } catch (error) {
    throw error instanceof InterruptedError ? giveUp(run, error) : error
  }
}

function giveUp(run: TaskRun, error: InterruptedError): InterruptedError {
  const isCancelled = error.kind === 'cancelled' || error.kind === 'ended'
  run.enter(isCancelled ? Cancelled({ message: error.message }) : Crashed({ message: error.message }))
  return error
}

function logFailure(logger: Logger, outcome: Outcome<unknown>, state: State): void {
  if (outcome.kind === 'threw') logger.error('The task failed: %s', explainError(outcome.error))
  else logger.error('The task failed: %s', state.message ?? state.name)
}

function errorOf(outcome: Outcome<unknown>, state: State): unknown {
  if (outcome.kind !== 'returned') return outcome.error
  return new RunFailedError(`The task run is ${state.name}: ${state.message ?? 'no message'}`, state.type)
}
