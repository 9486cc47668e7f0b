import { setTimeout } from 'node:timers/promises'
import type { run_v2 } from '@googleapis/run'
import type { Json, JsonObject } from '@slipway/contract'
import { executionToken } from '../../domain/identity.ts'
import type { Execution, Fault, FindOutcome, FrozenRequest, SubmitOutcome } from '../provider.ts'
import { answerOf, callOptions, type CloudRunClient } from './client.ts'
import { classify, type FaultContext } from './faults.ts'

const READY_POLL_MS = 100

/**
 * One atomic `jobs.create` with a start token makes the job and its execution. The name makes it idempotent: a second
 * create is ALREADY_EXISTS, and the job that exists is adopted when its labels say that it is this submission's.
 */
export async function submitJob(
  client: CloudRunClient,
  request: FrozenRequest,
  context: FaultContext,
  signal: AbortSignal,
): Promise<SubmitOutcome> {
  const first = await create(client, request, request.body, context, signal)
  if (first.kind !== 'refused' || !tokenUnsupported(first.fault)) return first
  if (request.body['launchStage'] !== 'BETA' && request.body['launchStage'] !== 'ALPHA') {
    // A feature that is young to this project may be used by jobs that say so.
    const second = await create(client, request, { ...request.body, launchStage: 'BETA' }, context, signal)
    if (second.kind !== 'refused' || !tokenUnsupported(second.fault)) return second
  }
  return await createThenRun(client, request, context, signal)
}

async function create(
  client: CloudRunClient,
  request: FrozenRequest,
  body: JsonObject,
  context: FaultContext,
  signal: AbortSignal,
): Promise<SubmitOutcome> {
  try {
    await client.run.projects.locations.jobs.create(
      // The body was checked field by field when it was rendered; Google's types cannot know that.
      {
        parent: parentOf(request),
        jobId: request.resource_name,
        requestBody: body,
      },
      callOptions(signal),
    )
    // The operation's result is not needed: a job that was accepted is read with jobs.get when somebody wants to know.
    return { kind: 'accepted', execution: executionOf(request), adopted: false }
  } catch (error) {
    const found = classify(answerOf(error), context)
    if (found.kind === 'exists') return await adopt(client, request, context, signal)
    if (found.kind === 'not-found') {
      return {
        kind: 'refused',
        fault: {
          class: 'misconfigured',
          code: 'cloud-run.no-such-location',
          message: `Google knows no project "${context.project}" with region "${context.region}". Check the block's project and the variable region.`,
        },
      }
    }
    return outcomeOf(found.certain, found.fault)
  }
}

function outcomeOf(certain: boolean, fault: Fault): SubmitOutcome {
  if (!certain) return { kind: 'unknown', fault }
  switch (fault.class) {
    case 'misconfigured':
    case 'auth':
      return { kind: 'refused', fault }
    case 'retry':
    case 'throttled':
      return { kind: 'retry', fault }
  }
}

async function adopt(
  client: CloudRunClient,
  request: FrozenRequest,
  context: FaultContext,
  signal: AbortSignal,
): Promise<SubmitOutcome> {
  const found = await findJob(client, request, context, signal)
  switch (found.kind) {
    case 'found':
      return { kind: 'accepted', execution: found.execution, adopted: true }
    case 'collision':
      return { kind: 'refused', fault: found.fault }
    case 'unknown':
      return { kind: 'unknown', fault: found.fault }
    case 'absent':
      // Deleted between the two calls: nothing of ours is there now.
      return {
        kind: 'retry',
        fault: {
          class: 'retry',
          code: 'cloud-run.vanished',
          message: 'The Cloud Run job was deleted while it was being created.',
        },
      }
  }
}

export async function findJob(
  client: CloudRunClient,
  request: FrozenRequest,
  context: FaultContext,
  signal: AbortSignal,
): Promise<FindOutcome> {
  try {
    const answer = await client.run.projects.locations.jobs.get({ name: jobPath(request) }, callOptions(signal))
    if (!isOurs(answer.data.labels, request)) {
      return {
        kind: 'collision',
        fault: {
          class: 'misconfigured',
          code: 'cloud-run.name-taken',
          message: `A Cloud Run job named ${request.resource_name} exists that this submission did not make.`,
        },
      }
    }
    return { kind: 'found', execution: executionOf(request, answer.data.latestCreatedExecution?.name ?? null) }
  } catch (error) {
    const found = classify(answerOf(error), context)
    if (found.kind === 'not-found') return { kind: 'absent' }
    if (found.kind === 'exists') throw new Error('Cloud Run answered a read with ALREADY_EXISTS', { cause: error })
    return { kind: 'unknown', fault: found.fault }
  }
}

/**
 * For a project whose Cloud Run does not know start tokens yet: create without one, then run the job that was made,
 * unless an execution exists. Two submitters are kept apart by the lease; the start fence is the last word.
 */
async function createThenRun(
  client: CloudRunClient,
  request: FrozenRequest,
  context: FaultContext,
  signal: AbortSignal,
): Promise<SubmitOutcome> {
  const { startExecutionToken: _token, ...body } = request.body
  const created = await create(client, request, body, context, signal)
  if (created.kind !== 'accepted') return created
  try {
    const job = await readyJob(client, request, signal)
    const existing = job.latestCreatedExecution?.name ?? null
    if ((job.executionCount ?? 0) > 0 || existing !== null) {
      return { kind: 'accepted', execution: executionOf(request, existing), adopted: true }
    }
    if (job.terminalCondition?.state === 'CONDITION_FAILED') return { kind: 'refused', fault: notReady(job) }
    const etag = job.etag
    const run = await client.run.projects.locations.jobs.run(
      { name: jobPath(request), requestBody: typeof etag === 'string' ? { etag } : {} },
      callOptions(signal),
    )
    const metadata = run.data.metadata as { readonly name?: string } | undefined
    return { kind: 'accepted', execution: executionOf(request, metadata?.name ?? null), adopted: false }
  } catch (error) {
    const found = classify(answerOf(error), context)
    if (found.kind !== 'fault') {
      return {
        kind: 'unknown',
        fault: {
          class: 'retry',
          code: 'cloud-run.run-unclear',
          message: 'The Cloud Run job exists, but whether it was started is not known yet.',
        },
      }
    }
    return outcomeOf(found.certain, found.fault)
  }
}

/** A job can be run once it is Ready, which takes Cloud Run a moment. Ends with the call's deadline. */
async function readyJob(
  client: CloudRunClient,
  request: FrozenRequest,
  signal: AbortSignal,
): Promise<run_v2.Schema$GoogleCloudRunV2Job> {
  for (;;) {
    const { data } = await client.run.projects.locations.jobs.get({ name: jobPath(request) }, callOptions(signal))
    const state = data.terminalCondition?.state
    if (state === 'CONDITION_SUCCEEDED' || state === 'CONDITION_FAILED' || (data.executionCount ?? 0) > 0) return data
    await setTimeout(READY_POLL_MS, undefined, { signal })
  }
}

function notReady({ terminalCondition }: run_v2.Schema$GoogleCloudRunV2Job): Fault {
  const why = terminalCondition?.message ?? terminalCondition?.reason ?? 'no reason given'
  return { class: 'misconfigured', code: 'cloud-run.job-failed', message: `Cloud Run could not set the job up: ${why}` }
}

/** Google says that it does not know the field, or that the project may not use it yet. */
function tokenUnsupported(fault: Fault): boolean {
  const about = fault.message.toLowerCase()
  return (
    fault.code === 'cloud-run.failed-precondition' ||
    about.includes('startexecutiontoken') ||
    about.includes('start_execution_token')
  )
}

export function isOurs(labels: Readonly<Record<string, Json>> | null | undefined, request: FrozenRequest): boolean {
  const { identity } = request
  return (
    labels?.['slipway-run'] === identity.flow_run_id &&
    labels['slipway-attempt'] === String(identity.attempt_no) &&
    labels['slipway-install'] === identity.install_id
  )
}

export function parentOf(request: FrozenRequest): string {
  return `projects/${request.location['project'] ?? ''}/locations/${request.location['region'] ?? ''}`
}

export function jobPath(request: FrozenRequest): string {
  return `${parentOf(request)}/jobs/${request.resource_name}`
}

export function executionOf(request: FrozenRequest, reported: string | null = null): Execution {
  const short = reported?.split('/').at(-1) ?? `${request.resource_name}-${executionToken(request.identity)}`
  const project = encodeURIComponent(request.location['project'] ?? '')
  const region = encodeURIComponent(request.location['region'] ?? '')
  return {
    name: `${jobPath(request)}/executions/${short}`,
    console_url: `https://console.cloud.google.com/run/jobs/executions/details/${region}/${short}?project=${project}`,
  }
}
