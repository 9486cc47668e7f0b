import type { run_v2 } from '@googleapis/run'
import { parseTimestamp } from '@slipway/contract'
import type { FrozenRequest, Observation, ObserveOutcome } from '../provider.ts'
import { answerOf, callOptions, type CloudRunClient } from './client.ts'
import { classify, type FaultContext } from './faults.ts'
import { executionOf, isOurs, jobPath, parentOf } from './submit.ts'

const PAGE = 100
/** Beyond this many pages the list holds mostly jobs of others; what is still open is then asked for one by one. */
const MOST_PAGES = 5

type Job = run_v2.Schema$GoogleCloudRunV2Job
type Found = { readonly kind: 'job'; readonly job: Job } | { readonly kind: 'missing' }

/** One paged list shows how most runs stand; only those that failed, or that the list did not show, cost a call more. */
export async function observeJobs(
  client: CloudRunClient,
  requests: readonly FrozenRequest[],
  context: FaultContext,
  signal: AbortSignal,
): Promise<ObserveOutcome> {
  try {
    const jobs = requests.length > 3 ? await listJobs(client, requests, signal) : new Map<string, Job>()
    const observations: Observation[] = []
    for (const request of requests) {
      const listed = jobs.get(jobPath(request))
      const found: Found =
        listed === undefined ? await getJob(client, request, context, signal) : { kind: 'job', job: listed }
      observations.push(
        found.kind === 'missing' ? missing(request) : await observation(client, request, found.job, context, signal),
      )
    }
    return { kind: 'observed', observations }
  } catch (error) {
    const found = classify(answerOf(error), context)
    if (found.kind === 'fault') return { kind: 'failed', fault: found.fault }
    return {
      kind: 'failed',
      fault: {
        class: 'misconfigured',
        code: 'cloud-run.no-such-location',
        message: `Google knows no ${context.project} (${context.region}).`,
      },
    }
  }
}

async function listJobs(
  client: CloudRunClient,
  requests: readonly FrozenRequest[],
  signal: AbortSignal,
): Promise<Map<string, Job>> {
  const jobs = new Map<string, Job>()
  for (const parent of new Set(requests.map(parentOf))) {
    let pageToken: string | null = null
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const answer: { data: run_v2.Schema$GoogleCloudRunV2ListJobsResponse } =
        await client.run.projects.locations.jobs.list(
          { parent, pageSize: PAGE, ...(pageToken === null ? {} : { pageToken }) },
          callOptions(signal),
        )
      for (const job of answer.data.jobs ?? []) if (typeof job.name === 'string') jobs.set(job.name, job)
      pageToken = answer.data.nextPageToken ?? null
      if (pageToken === null || pageToken === '') break
    }
  }
  return jobs
}

async function getJob(
  client: CloudRunClient,
  request: FrozenRequest,
  context: FaultContext,
  signal: AbortSignal,
): Promise<Found> {
  try {
    const answer = await client.run.projects.locations.jobs.get({ name: jobPath(request) }, callOptions(signal))
    return { kind: 'job', job: answer.data }
  } catch (error) {
    if (classify(answerOf(error), context).kind === 'not-found') return { kind: 'missing' }
    throw error
  }
}

async function observation(
  client: CloudRunClient,
  request: FrozenRequest,
  job: Job,
  context: FaultContext,
  signal: AbortSignal,
): Promise<Observation> {
  if (!isOurs(job.labels, request)) return missing(request)
  const latest = job.latestCreatedExecution
  const base = { submission_id: request.identity.submission_id, exit_code: null, reason: null, finished_at: null }
  if (latest?.name === undefined || latest.name === null || latest.name === '') return withoutExecution(request, job)
  const execution = executionOf(request, latest.name)
  switch (latest.completionStatus) {
    case 'EXECUTION_SUCCEEDED':
      return {
        ...base,
        phase: 'succeeded',
        execution,
        exit_code: 0,
        finished_at: parseTimestamp(latest.completionTime ?? ''),
      }
    case 'EXECUTION_FAILED':
    case 'EXECUTION_CANCELLED':
      return await ended(client, request, execution.name ?? '', context, signal)
    case 'EXECUTION_PENDING':
      return { ...base, phase: 'pending', execution }
    case 'EXECUTION_RUNNING':
      return { ...base, phase: 'running', execution }
    case undefined:
    case null:
    default:
      // Unspecified or newer than this code: the execution itself tells.
      return await ended(client, request, execution.name ?? '', context, signal)
  }
}

function withoutExecution(request: FrozenRequest, job: Job): Observation {
  const condition = job.terminalCondition
  const failed = condition?.state === 'CONDITION_FAILED'
  return {
    submission_id: request.identity.submission_id,
    phase: failed ? 'failed' : 'pending',
    execution: null,
    exit_code: null,
    reason: failed
      ? `Cloud Run could not start the job: ${condition.message ?? condition.reason ?? 'no reason given'}`
      : null,
    finished_at: failed ? parseTimestamp(condition.lastTransitionTime ?? '') : null,
  }
}

async function ended(
  client: CloudRunClient,
  request: FrozenRequest,
  name: string,
  context: FaultContext,
  signal: AbortSignal,
): Promise<Observation> {
  const executions = client.run.projects.locations.jobs.executions
  let execution: run_v2.Schema$GoogleCloudRunV2Execution
  try {
    execution = (await executions.get({ name }, callOptions(signal))).data
  } catch (error) {
    if (classify(answerOf(error), context).kind === 'not-found') return missing(request)
    throw error
  }
  const completed = execution.conditions?.find((condition) => condition.type === 'Completed')
  const base = {
    submission_id: request.identity.submission_id,
    execution: executionOf(request, name),
    exit_code: null,
    reason: null,
  }
  if (execution.completionTime === undefined || execution.completionTime === null) {
    return { ...base, phase: (execution.runningCount ?? 0) > 0 ? 'running' : 'pending', finished_at: null }
  }
  const finished_at = parseTimestamp(execution.completionTime)
  if ((execution.cancelledCount ?? 0) > 0 || completed?.executionReason === 'CANCELLED') {
    return { ...base, phase: 'cancelled', reason: 'The execution was cancelled in Cloud Run.', finished_at }
  }
  if (completed?.state === 'CONDITION_SUCCEEDED') return { ...base, phase: 'succeeded', exit_code: 0, finished_at }
  const tasks = (await executions.tasks.list({ parent: name, pageSize: 1 }, callOptions(signal))).data.tasks ?? []
  const result = tasks[0]?.lastAttemptResult
  const exit_code = result?.exitCode ?? null
  return {
    ...base,
    phase: 'failed',
    exit_code,
    finished_at,
    reason: reasonOf(exit_code, result?.termSignal ?? null, completed?.message ?? null),
  }
}

/** Google's own words are kept; the exit code is put in front of them in ours. */
function reasonOf(exit_code: number | null, signal: number | null, message: string | null): string {
  const google = message === null || message === '' ? '' : ` Cloud Run says: ${message.slice(0, 1_000)}`
  if (/memory/i.test(google) || exit_code === 137) return `Container was killed, most likely out of memory.${google}`
  if (/timeout|timed out|deadline/i.test(google)) return `Container ran longer than its timeout.${google}`
  if (signal !== null && signal !== 0) return `Container ended by signal ${signal}.${google}`
  if (exit_code !== null && exit_code !== 0) return `Container exited with code ${exit_code}.${google}`
  return `Container did not run to its end.${google}`
}

function missing(request: FrozenRequest): Observation {
  return {
    submission_id: request.identity.submission_id,
    phase: 'missing',
    execution: null,
    exit_code: null,
    reason: null,
    finished_at: null,
  }
}
