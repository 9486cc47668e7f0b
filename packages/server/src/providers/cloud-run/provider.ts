import type { JsonObject } from '@slipway/contract'
import { validateGcpCredentialsBlock } from '../../domain/credentials/gcp.ts'
import type { Fault, FrozenRequest, Provider, ProviderCall } from '../provider.ts'
import { answerOf, callOptions, type CloudRunClient, CloudRunClients, type CloudRunEndpoints } from './client.ts'
import { classify, type FaultContext } from './faults.ts'
import { renderCloudRun } from './job-body.ts'
import { tailContainerLogs } from './logs.ts'
import { observeJobs } from './observe.ts'
import { cancelExecution, deleteJob } from './stop.ts'
import { findJob, submitJob } from './submit.ts'
import { CLOUD_RUN_TYPES, describeCloudRun } from './template.ts'

export function createCloudRunProvider(endpoints: CloudRunEndpoints): Provider {
  const clients = new CloudRunClients(endpoints)

  /** Credentials are validated again at every use: a block may have been changed since. */
  const open = async (call: ProviderCall, location: Readonly<Record<string, string>>) => {
    const key = validateGcpCredentialsBlock(call.credentials)
    if ('error' in key) return { fault: credentialsFault(key.error) }
    const context: FaultContext = {
      client_email: key.ok.client_email,
      project: location['project'] ?? key.ok.project_id,
      region: location['region'] ?? '',
    }
    return { client: await clients.for(key.ok), context }
  }

  return {
    types: CLOUD_RUN_TYPES,
    describe: describeCloudRun,
    render: renderCloudRun,

    async submit(call, request) {
      const opened = await open(call, request.location)
      if ('fault' in opened) return { kind: 'refused', fault: opened.fault }
      return await submitJob(opened.client, request, opened.context, call.signal)
    },

    async find(call, request) {
      const opened = await open(call, request.location)
      if ('fault' in opened) return { kind: 'unknown', fault: opened.fault }
      return await findJob(opened.client, request, opened.context, call.signal)
    },

    async observe(call, requests) {
      const opened = await open(call, requests[0]?.location ?? {})
      if ('fault' in opened) return { kind: 'failed', fault: opened.fault }
      return await observeJobs(opened.client, requests, opened.context, call.signal)
    },

    async stop(call, request) {
      const opened = await open(call, request.location)
      if ('fault' in opened) return { kind: 'failed', fault: opened.fault }
      return await cancelExecution(opened.client, request, opened.context, call.signal)
    },

    async discard(call, request) {
      const opened = await open(call, request.location)
      if ('fault' in opened) return { kind: 'failed', fault: opened.fault }
      return await deleteJob(opened.client, request, opened.context, call.signal)
    },

    async tailLogs(call, request: FrozenRequest) {
      const opened = await open(call, request.location)
      if ('fault' in opened) return []
      return await tailContainerLogs(opened.client, request, clients.loggingUrl, call.signal)
    },

    async probe(call, configuration: JsonObject) {
      const region = configuration['region']
      const opened = await open(call, typeof region === 'string' ? { region } : {})
      if ('fault' in opened) return { kind: 'failed', fault: opened.fault }
      return await listOnce(opened.client, opened.context, call.signal)
    },
  }
}

async function listOnce(client: CloudRunClient, context: FaultContext, signal: AbortSignal) {
  try {
    const parent = `projects/${context.project}/locations/${context.region}`
    await client.run.projects.locations.jobs.list({ parent, pageSize: 1 }, callOptions(signal))
    return {
      kind: 'ok',
      message: `${context.client_email} can list Cloud Run jobs in ${context.project} (${context.region}).`,
    } as const
  } catch (error) {
    const found = classify(answerOf(error), context)
    if (found.kind === 'fault') return { kind: 'failed', fault: found.fault } as const
    const fault: Fault = {
      class: 'misconfigured',
      code: 'cloud-run.no-such-location',
      message: `Google knows no project "${context.project}" with region "${context.region}".`,
    }
    return { kind: 'failed', fault } as const
  }
}

function credentialsFault(reason: string): Fault {
  return {
    class: 'auth',
    code: 'cloud-run.credentials',
    message: `The GCP Credentials block cannot be used: ${reason}`,
  }
}
