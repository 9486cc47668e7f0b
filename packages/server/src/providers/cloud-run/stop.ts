import type { FrozenRequest, StopOutcome } from '../provider.ts'
import { answerOf, callOptions, type CloudRunClient } from './client.ts'
import { classify, type FaultContext } from './faults.ts'
import { executionOf, jobPath } from './submit.ts'

/** Asks Cloud Run to cancel the execution: SIGTERM, ten seconds, SIGKILL. The job stays, so that its end can be read. */
export async function cancelExecution(
  client: CloudRunClient,
  request: FrozenRequest,
  context: FaultContext,
  signal: AbortSignal,
): Promise<StopOutcome> {
  const name = executionOf(request).name ?? ''
  return await idempotent(context, () =>
    client.run.projects.locations.jobs.executions.cancel({ name, requestBody: {} }, callOptions(signal)),
  )
}

/** Deletes the job with its executions. */
export async function deleteJob(
  client: CloudRunClient,
  request: FrozenRequest,
  context: FaultContext,
  signal: AbortSignal,
): Promise<StopOutcome> {
  return await idempotent(context, () =>
    client.run.projects.locations.jobs.delete({ name: jobPath(request) }, callOptions(signal)),
  )
}

async function idempotent(context: FaultContext, call: () => Promise<unknown>): Promise<StopOutcome> {
  try {
    await call()
    return { kind: 'done' }
  } catch (error) {
    const answer = answerOf(error)
    const found = classify(answer, context)
    if (found.kind === 'not-found') return { kind: 'gone' }
    if (found.kind === 'exists') return { kind: 'done' }
    // Cancelling what has ended is a failed precondition: there is nothing left to stop.
    if (found.fault.code === 'cloud-run.failed-precondition') return { kind: 'gone' }
    return { kind: 'failed', fault: found.fault }
  }
}
