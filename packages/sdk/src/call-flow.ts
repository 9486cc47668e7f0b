import { InterruptedError, RunFailedError } from './errors.ts'
import { executeFlowRun, type Conclusion } from './engine.ts'
import { checkParameters, type FlowDefinition } from './flow-definition.ts'
import { createLocalOrchestrator, createRemoteOrchestrator } from './orchestrator.ts'
import type { EngineContext, FlowRunInfo } from './run-context.ts'
import { closeSession, type Session } from './session.ts'
import { Pending } from './states.ts'
import type { FlowRunPolicy } from './wire.ts'

const CLOSE_MS = 30_000

/** A flow called by a program: creates the run, executes it here and hands out what the flow returned. */
export async function callFlow<R>(session: Session, definition: FlowDefinition<R>, parameters: unknown): Promise<R> {
  try {
    return await runHere(session, definition, parameters, null)
  } finally {
    await closeSession(session, CLOSE_MS)
  }
}

/** A flow called by a flow: a run of its own, which the server shows as a task of the calling one. */
export async function callSubflow<R>(
  parent: EngineContext,
  definition: FlowDefinition<R>,
  parameters: unknown,
): Promise<R> {
  parent.signal.throwIfAborted()
  return await runHere(parent.session, definition, parameters, parent)
}

async function runHere<R>(
  session: Session,
  definition: FlowDefinition<R>,
  parameters: unknown,
  parent: EngineContext | null,
): Promise<R> {
  const checked = checkParameters(definition.name, parameters)
  const run = await createRun(session, definition, checked, parent)
  const interruption = new AbortController()
  const follow = (): void => interruption.abort(parent?.signal.reason)
  // A program that is stopped must not leave a run behind that seems to go on for ever.
  const stopListening =
    parent === null && session.connection !== null
      ? session.host.onTerminate((signal) =>
          interruption.abort(new InterruptedError('terminated', `The program was stopped (${signal})`)),
        )
      : null
  parent?.signal.addEventListener('abort', follow, { once: true })
  try {
    const conclusion = await executeFlowRun({
      session,
      run,
      parameters: checked,
      orchestrator:
        session.connection === null
          ? createLocalOrchestrator(session.host, definition)
          : createRemoteOrchestrator(session.connection.client, run.id),
      interruption,
      isRoot: parent === null,
      load: async () => definition,
    })
    return valueOf(conclusion)
  } finally {
    stopListening?.()
    parent?.signal.removeEventListener('abort', follow)
  }
}

async function createRun(
  { host, connection }: Session,
  definition: FlowDefinition<unknown>,
  parameters: object,
  parent: EngineContext | null,
): Promise<FlowRunInfo> {
  const info = { flowName: definition.name, deploymentId: null, tags: definition.tags, runCount: 0 }
  if (connection === null) {
    const id = host.uuid()
    return { ...info, id, name: `${definition.name}-${id.slice(0, 4)}`, flowId: '' }
  }
  const { client } = connection
  const flow = await client.createFlow(definition.name, definition.tags)
  const parentTask =
    parent === null
      ? null
      : await client.createTaskRun({
          name: definition.name,
          flow_run_id: parent.flowRun.id,
          task_key: `${definition.name}-flow`,
          dynamic_key: host.uuid(),
          state: Pending(),
          tags: [],
        })
  const run = await client.createFlowRun({
    flow_id: flow.id,
    flow_version: definition.version,
    parameters,
    state: Pending(),
    empirical_policy: retryPolicy(definition),
    tags: definition.tags,
    parent_task_run_id: parentTask?.id ?? null,
    idempotency_key: host.uuid(),
  })
  return { ...info, id: run.id, name: run.name, flowId: flow.id, tags: run.tags }
}

/** The server decides over retries and counts in whole seconds. */
export function retryPolicy(definition: FlowDefinition<unknown>): FlowRunPolicy {
  return { retries: definition.retries, retry_delay: Math.ceil(definition.retryDelaySeconds) }
}

function valueOf<R>(conclusion: Conclusion<R>): R {
  switch (conclusion.kind) {
    case 'completed':
      return conclusion.value
    case 'failed':
      throw conclusion.error
    case 'left':
      throw new RunFailedError(`The flow run did not complete here: ${conclusion.reason}`, null)
  }
}
