import { startCompanions } from './companions.ts'
import { explainError, RunFailedError, InterruptedError } from './errors.ts'
import type { FlowDefinition } from './flow-definition.ts'
import { finalState } from './final-state.ts'
import { epochMs } from './time.ts'
import { createLogger, type Logger } from './logger.ts'
import type { Orchestrator } from './orchestrator.ts'
import { propose, type Verdict } from './proposals.ts'
import { runInContext, type EngineContext, type FlowRunInfo } from './run-context.ts'
import { flushSession, type Session } from './session.ts'
import { Cancelled, Running } from './states.ts'
import { supervise, type Outcome } from './supervise.ts'
import type { ServerState } from './wire.ts'

export interface FlowExecution<R> {
  readonly session: Session
  /** As it was before this process took it up. */
  readonly run: FlowRunInfo
  readonly parameters: object
  readonly orchestrator: Orchestrator
  /** Aborting it with an `InterruptedError` ends the run. */
  readonly interruption: AbortController
  /** The process of a sub-flow already listens and gives signs of life. */
  readonly isRoot: boolean
  /** Called once, when the run is ours: nothing of the user's may be executed before that. */
  readonly load: () => Promise<FlowDefinition<R>>
}

/** How a run ended for this process. */
export type Conclusion<R> =
  | { readonly kind: 'completed'; readonly value: R }
  /** Failed, crashed or cancelled, and the server knows. */
  | { readonly kind: 'failed'; readonly state: ServerState; readonly error: unknown }
  /** Not ours, or not ours any more: refused, paused, or handed back to be started again. */
  | { readonly kind: 'left'; readonly reason: string }

type Step<R> = Conclusion<R> | { readonly kind: 'retry'; readonly inMs: number }

/** A server that restarts or fails over is waited for: before user code runs, and even longer once it has run. */
const START_PATIENCE_MS = 300_000
const END_PATIENCE_MS = 600_000
/** A platform that stops a container kills it ten seconds later. */
const LAST_WORDS_MS = 6_000
const FLUSH_MS = 10_000

/** Brings one flow run to its end. Every try is granted by the server, so that at most one process runs the flow. */
export async function executeFlowRun<R>(execution: FlowExecution<R>): Promise<Conclusion<R>> {
  const { interruption } = execution
  const logger = flowLogger(execution)
  let tries = 0
  let stopCompanions: (() => void) | null = null
  let definition: FlowDefinition<R> | null = null
  try {
    for (;;) {
      const running = tries === 0 ? Running() : Running({ name: 'Retrying' })
      const verdict = await propose(execution, running, { patienceMs: START_PATIENCE_MS, signal: interruption.signal })
      let step: Step<R>
      if (verdict.kind === 'accepted') {
        tries += 1
        stopCompanions ??= execution.isRoot ? startCompanions(execution, verdict.state, logger) : null
        const loaded: FlowDefinition<R> | InterruptedError = definition ?? (await load(execution))
        if (loaded instanceof InterruptedError) {
          step = await conclude(execution, { kind: 'interrupted', error: loaded }, logger)
        } else {
          definition = loaded
          step = await conclude(execution, await tryOnce(execution, loaded, tries, logger), logger)
        }
      } else step = await follow(execution, verdict, null, logger)
      if (step.kind !== 'retry') return step
      logger.info('The next try is in %d s', Math.round(step.inMs / 1_000))
      await execution.session.host.sleep(step.inMs, interruption.signal)
    }
  } catch (error) {
    // What waits between the tries is interrupted by throwing.
    if (!(error instanceof InterruptedError)) throw error
    if (tries === 0) return { kind: 'left', reason: error.message }
    const step = await conclude<R>(execution, { kind: 'interrupted', error }, logger)
    return step.kind === 'retry' ? { kind: 'left', reason: error.message } : step
  } finally {
    stopCompanions?.()
  }
}

/** A flow that cannot be loaded did not fail: its run crashed. */
async function load<R>(execution: FlowExecution<R>): Promise<FlowDefinition<R> | InterruptedError> {
  try {
    return await execution.load()
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    return new InterruptedError('crashed', `The flow could not be loaded: ${message}`, { cause })
  }
}

async function tryOnce<R>(
  { session, run, interruption, parameters }: FlowExecution<R>,
  definition: FlowDefinition<R>,
  tries: number,
  logger: Logger,
): Promise<Outcome<R>> {
  logger.info('Flow "%s" starts', definition.name)
  const flowRun = { ...run, runCount: run.runCount + tries }
  const taskCounts = new Map<string, number>()
  return await supervise(
    { host: session.host, signal: interruption.signal, timeoutSeconds: definition.timeoutSeconds },
    async (signal) => {
      const context: EngineContext = { session, flowRun, taskRun: null, signal, logger, taskCounts }
      return await runInContext(context, async () => await definition.fn(parameters))
    },
  )
}

/** Reports what came out and follows what the server makes of it. */
async function conclude<R>(execution: FlowExecution<R>, outcome: Outcome<R>, logger: Logger): Promise<Step<R>> {
  const { session, interruption } = execution
  const { onSigterm } = session.config
  if (outcome.kind === 'threw') logger.error('The flow failed: %s', explainError(outcome.error))
  if (outcome.kind === 'interrupted') {
    const { cause, message } = outcome.error
    logger.warn('The flow was stopped: %s', cause === undefined ? message : `${message}\n${explainError(cause)}`)
    const isLeft = outcome.error.kind === 'ended' || (outcome.error.kind === 'terminated' && onSigterm === 'relinquish')
    if (isLeft) return { kind: 'left', reason: outcome.error.message }
  }
  const isUrgent = outcome.kind === 'interrupted' && outcome.error.kind === 'terminated'
  // A run that is seen to be over should have all its task runs and log lines.
  if (!isUrgent) await flushSession(session, FLUSH_MS)
  const patienceMs = isUrgent || isTerminated(interruption.signal) ? LAST_WORDS_MS : END_PATIENCE_MS
  const verdict = await propose(execution, finalState(session, outcome), { patienceMs, signal: null })
  return await follow(execution, verdict, outcome, logger)
}

function isTerminated(signal: AbortSignal): boolean {
  return signal.reason instanceof InterruptedError && signal.reason.kind === 'terminated'
}

/** `outcome` is null when the flow has not run since the last proposal. */
async function follow<R>(
  execution: FlowExecution<R>,
  verdict: Verdict,
  outcome: Outcome<R> | null,
  logger: Logger,
): Promise<Step<R>> {
  if (verdict.kind === 'aborted') {
    logger.warn('The server keeps the run from this process: %s', verdict.reason)
    return { kind: 'left', reason: verdict.reason }
  }
  const { state } = verdict
  const label = labelOf(state)
  switch (state.type) {
    case 'COMPLETED':
      logger.info('Finished in state %s', label)
      if (outcome?.kind === 'returned') return { kind: 'completed', value: outcome.value }
      return { kind: 'left', reason: `The run is ${label}` }
    case 'FAILED':
    case 'CRASHED':
    case 'CANCELLED':
      logger[state.type === 'CANCELLED' ? 'warn' : 'error']('Finished in state %s', label)
      return {
        kind: 'failed',
        state,
        error: errorOf(outcome) ?? new RunFailedError(`The flow run is ${label}`, state.type),
      }
    case 'CANCELLING': {
      const cancelled = Cancelled({ message: 'The flow run was cancelled' })
      const answer = await propose(execution, cancelled, { patienceMs: LAST_WORDS_MS, signal: null })
      if (answer.kind === 'accepted') return await follow(execution, answer, outcome, logger)
      return { kind: 'left', reason: `The run is ${label}` }
    }
    case 'SCHEDULED':
      if (outcome?.kind === 'interrupted') return { kind: 'left', reason: `The run is ${label}` }
      return { kind: 'retry', inMs: delayUntilStart(state, execution.session.host.now()) }
    case 'PENDING':
    case 'RUNNING':
    case 'PAUSED':
      return { kind: 'left', reason: `The run is ${label}` }
  }
}

/** By the server's clock alone when this one is behind it; when it is ahead, the server says WAIT. */
function delayUntilStart({ state_details, timestamp }: ServerState, now: string): number {
  const start = epochMs(state_details.scheduled_time ?? timestamp)
  return Math.max(0, Math.min(start - epochMs(now), start - epochMs(timestamp)))
}

function flowLogger({ session, run }: FlowExecution<unknown>): Logger {
  return createLogger({
    host: session.host,
    level: session.config.logLevel,
    sink: session.connection?.logs ?? null,
    name: 'prefect.flow_runs',
    label: `Flow run '${run.name}'`,
    flowRunId: run.id,
    taskRunId: null,
  })
}

function labelOf(state: ServerState): string {
  const name = state.name ?? state.type
  return state.message === null || state.message === '' ? name : `${name}: ${state.message}`
}

function errorOf(outcome: Outcome<unknown> | null): unknown {
  return outcome === null || outcome.kind === 'returned' ? null : outcome.error
}
