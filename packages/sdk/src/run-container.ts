import { retryPolicy } from './call-flow.ts'
import { readConfig, type Config } from './config.ts'
import { executeFlowRun, type Conclusion } from './engine.ts'
import {
  ApiError,
  ApiUnreachableError,
  ConfigurationError,
  describeError,
  explainError,
  InterruptedError,
} from './errors.ts'
import type { FlowDefinition } from './flow-definition.ts'
import type { Host } from './host.ts'
import { applyPullSteps, loadFlow } from './load-flow.ts'
import { createRemoteOrchestrator } from './orchestrator.ts'
import { closeSession, createSession, type Connection, type Session } from './session.ts'
import { isTerminal, type FlowRunRecord } from './wire.ts'

/** What the process says to the platform. A failed flow is no failed container: the server has been told. */
export const EXIT = {
  /** The run's state is known to the server, or the run is not this process's to run. */
  done: 0,
  /** It was not even clear what to run. */
  misuse: 1,
  /** The API did not answer for minutes (`EX_TEMPFAIL`): the platform may start the container again. */
  unreachable: 75,
} as const

const START_PATIENCE_MS = 300_000
const CLOSE_MS = 30_000
/** The platform kills ten seconds after it asked; the last proposal took its part of them. */
const HURRIED_CLOSE_MS = 2_000

/** Executes the flow run that the environment names. Returns the exit code; never throws. */
export async function runContainer(host: Host): Promise<number> {
  try {
    const { session, connection, flowRunId } = connect(host, readConfig(host.env))
    const record = await connection.client.getFlowRun(flowRunId, { patienceMs: START_PATIENCE_MS, signal: null })
    return await runOnce(session, connection, record)
  } catch (error) {
    if (error instanceof ApiUnreachableError) {
      host.print(error.message)
      return EXIT.unreachable
    }
    const isTold = error instanceof ConfigurationError || error instanceof ApiError
    host.print(isTold ? error.message : explainError(error))
    return EXIT.misuse
  }
}

function connect(host: Host, config: Config): { session: Session; connection: Connection; flowRunId: string } {
  const session = createSession(host, config)
  if (config.flowRunId === null) {
    throw new ConfigurationError(
      'PREFECT__FLOW_RUN_ID is not set: this program executes one flow run and is started by a work pool',
    )
  }
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(config.flowRunId)) {
    throw new ConfigurationError(`PREFECT__FLOW_RUN_ID is not the id of a flow run: "${config.flowRunId}"`)
  }
  if (session.connection === null) {
    throw new ConfigurationError('SLIPWAY_API_URL (or PREFECT_API_URL) is not set: the flow run cannot be read')
  }
  return { session, connection: session.connection, flowRunId: config.flowRunId }
}

async function runOnce(session: Session, connection: Connection, record: FlowRunRecord): Promise<number> {
  const { host } = session
  const state = record.state?.type ?? 'PENDING'
  if (isTerminal(state) || state === 'PAUSED') {
    host.print(`Flow run '${record.name}' is ${record.state?.name ?? state} already; there is nothing to do`)
    return EXIT.done
  }
  const { deployment_id } = record
  if (deployment_id === null)
    throw new ConfigurationError(`Flow run '${record.name}' has no deployment that says what to run`)
  const interruption = new AbortController()
  const stopListening = [
    host.onTerminate((signal) =>
      interruption.abort(new InterruptedError('terminated', `The container was stopped (${signal})`)),
    ),
    host.onUncaught((error) =>
      interruption.abort(new InterruptedError('crashed', `Nobody caught: ${describeError(error)}`, { cause: error })),
    ),
  ]
  try {
    const conclusion = await executeFlowRun({
      session,
      run: {
        id: record.id,
        name: record.name,
        flowId: record.flow_id,
        flowName: host.env['PREFECT__FLOW_NAME'] ?? (await connection.client.getFlow(record.flow_id)).name,
        deploymentId: deployment_id,
        tags: record.tags,
        runCount: record.run_count,
      },
      parameters: record.parameters,
      orchestrator: createRemoteOrchestrator(connection.client, record.id),
      interruption,
      isRoot: true,
      load: async () => await prepare(session, connection, record, deployment_id),
    })
    tell(host, record, conclusion)
    return EXIT.done
  } finally {
    await closeSession(session, interruption.signal.aborted ? HURRIED_CLOSE_MS : CLOSE_MS)
    for (const stop of stopListening) stop()
  }
}

/** Finds the code, and tells the server how often its failures are to be tried again. */
async function prepare(
  { host }: Session,
  { client }: Connection,
  record: FlowRunRecord,
  deploymentId: string,
): Promise<FlowDefinition<unknown>> {
  const deployment = await client.getDeployment(deploymentId)
  const directory = applyPullSteps(deployment, host.directory())
  if (directory !== host.directory()) host.changeDirectory(directory)
  const definition = await loadFlow(deployment, directory)
  const isPolicyNews = definition.retries > 0 || (record.empirical_policy.retries ?? 0) > 0
  const update = {
    ...(definition.version === null ? {} : { flow_version: definition.version }),
    ...(isPolicyNews ? { empirical_policy: { ...record.empirical_policy, ...retryPolicy(definition) } } : {}),
  }
  if (Object.keys(update).length > 0) await client.updateFlowRun(record.id, update)
  return definition
}

function tell(host: Host, record: FlowRunRecord, conclusion: Conclusion<unknown>): void {
  if (conclusion.kind === 'left') host.print(`Flow run '${record.name}' is left alone: ${conclusion.reason}`)
}
