/** The API's port: from a request to an answer, with the faults that the control port has set. */
import { loadCloudRunDefinition } from '../api-definition.ts'
import { createClock } from '../clock.ts'
import type { ContainerEngine } from '../engine.ts'
import { breakReply, createFaults, isExecuted } from '../faults.ts'
import { type HttpReply, type HttpRequest, jsonReply } from '../http.ts'
import { isObject } from '../json.ts'
import { type RequestEntry, createRequestLog } from '../request-log.ts'
import { buildApi, unimplemented } from './api.ts'
import { createAuth, requirePermission, requireService } from './auth.ts'
import { encodeEnums, wantsEnumNumbers } from './enum-numbers.ts'
import { GoogleError, errorBody, errorBodyFor, htmlNotFound, httpStatusOf } from './errors.ts'
import { createExecutions } from './executions.ts'
import { createJobs } from './jobs.ts'
import { createLifecycle } from './lifecycle.ts'
import { listLogEntries, readLogQuery } from './logging.ts'
import { createOperations } from './operations.ts'
import { createQuotas } from './quotas.ts'
import { type EmulatorState, locationOf, projectOf, regionOf } from './resources.ts'
import { buildRoutes, findRoute, parseJson, readRequest } from './routes.ts'
import type { Runtime } from './runtime.ts'
import { executionView } from './views.ts'

export type CloudRun = ReturnType<typeof createCloudRun>

export interface CloudRunOptions {
  readonly state: EmulatorState
  readonly engine: ContainerEngine
  readonly changed: () => void
  readonly log: (line: string) => void
}

const RUN_SERVICE = 'run.googleapis.com'
const LOGGING_SERVICE = 'logging.googleapis.com'
const REGION = /^[a-z]+-[a-z]+\d{1,2}$/

export function createCloudRun({ state, engine, changed, log }: CloudRunOptions) {
  const clock = createClock()
  const definition = loadCloudRunDefinition()
  const routes = buildRoutes(definition)
  const runtime: Runtime = { definition, clock, state, changed, log }
  const auth = createAuth(runtime)
  const quotas = createQuotas(runtime)
  const operations = createOperations(runtime)
  const lifecycle = createLifecycle(runtime, engine, {
    started: (execution) => jobs.executionMoved(execution, 'started'),
    ended(execution) {
      for (const { name } of operations.pendingOf(execution.name)) operations.succeed(name, executionView(execution))
      jobs.executionMoved(execution, 'ended')
      executions.retain(execution.job)
    },
  })
  const removed: Parameters<typeof createExecutions>[0]['removed'] = (execution) =>
    jobs.executionMoved(execution, 'ended')
  const executions = createExecutions({ runtime, operations, lifecycle, removed })
  const jobs = createJobs({ runtime, operations, executions, lifecycle, quotas })
  const api = buildApi({ jobs, executions, operations })
  const faults = createFaults()
  const requests = createRequestLog()

  async function callRpc(request: HttpRequest, entry: RequestEntry): Promise<HttpReply> {
    const match = findRoute(routes, request)
    if (match === null) return { status: 404, type: 'text/html; charset=UTF-8', body: htmlNotFound(request.path) }
    const { rpc } = match.route
    entry.rpc = rpc
    const caller = auth.authenticate(request.headers['authorization'], RUN_SERVICE, `google.cloud.run.v2.${rpc}`)
    entry.caller = caller.email
    requireService(state, projectOf(match.resource), RUN_SERVICE)
    const handler = api.get(rpc)
    if (handler === undefined) throw unimplemented(rpc)
    if (!REGION.test(locationOf(match.resource))) {
      throw new GoogleError(
        'NOT_FOUND',
        `Location ${locationOf(match.resource)} is not found or access is unauthorized.`,
      )
    }
    quotas.take(handler.bucket, regionOf(match.resource))
    const message = readRequest(definition, match, request)
    requirePermission(caller, handler.permission, match.resource)
    const answer = await handler.handle(message, caller, match.resource)
    return jsonReply(200, wantsEnumNumbers(request.query) ? encodeEnums(definition, handler.response, answer) : answer)
  }

  function callLogging(request: HttpRequest, entry: RequestEntry): HttpReply {
    entry.rpc = 'ListLogEntries'
    const caller = auth.authenticate(
      request.headers['authorization'],
      LOGGING_SERVICE,
      'google.logging.v2.LoggingServiceV2.ListLogEntries',
    )
    entry.caller = caller.email
    const body = parseJson(request.body === '' ? '{}' : request.body)
    if (!isObject(body))
      throw new GoogleError('INVALID_ARGUMENT', 'Invalid JSON payload received. Root element must be a message.')
    const query = readLogQuery(body)
    for (const project_id of query.project_ids) {
      requireService(state, project_id, LOGGING_SERVICE)
      requirePermission(caller, 'logging.logEntries.list', `projects/${project_id}`)
    }
    return jsonReply(200, listLogEntries(runtime, query))
  }

  async function answer(request: HttpRequest, entry: RequestEntry): Promise<HttpReply> {
    try {
      if (request.method === 'POST' && request.path === '/token') {
        const { status, body } = auth.exchange(
          new URLSearchParams(request.body),
          `http://${request.headers['host'] ?? ''}/token`,
        )
        return jsonReply(status, body)
      }
      if (request.method === 'POST' && request.path === '/v2/entries:list') return callLogging(request, entry)
      return await callRpc(request, entry)
    } catch (error) {
      if (!(error instanceof GoogleError)) {
        log(`bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
        return jsonReply(500, errorBody(new GoogleError('INTERNAL', 'Internal error encountered.')))
      }
      const challenge =
        error.status === 'UNAUTHENTICATED'
          ? { 'www-authenticate': 'Bearer realm="https://accounts.google.com/"' }
          : undefined
      return jsonReply(httpStatusOf(error.status), errorBody(error), challenge)
    }
  }

  return {
    runtime,
    auth,
    quotas,
    lifecycle,
    faults,
    requests,

    async handle(request: HttpRequest): Promise<HttpReply> {
      const entry = requests.add(describe(request))
      const fault = faults.take(request)
      entry.fault = fault === null ? null : fault.when
      const { latency_ms } = state.settings
      if (latency_ms > 0) await new Promise<void>((resolve) => void clock.after(latency_ms, resolve))
      const executed = fault === null || isExecuted(fault) ? await answer(request, entry) : jsonReply(200, {})
      const reply = fault === null ? executed : breakReply(fault, executed, errorBodyFor)
      entry.status = reply.breakage === undefined ? reply.status : null
      log(`${request.method} ${request.path} ${reply.breakage ?? reply.status}`)
      return reply
    },

    async recover(): Promise<void> {
      await lifecycle.recover()
      jobs.recover()
    },

    async close(): Promise<void> {
      clock.close()
      await lifecycle.close()
    },
  }
}

function describe(request: HttpRequest): Omit<RequestEntry, 'id'> {
  const { authorization, ...headers } = request.headers
  return {
    received_at: new Date(request.received_ms).toISOString(),
    received_ms: request.received_ms,
    method: request.method,
    path: request.path,
    query: Object.fromEntries(request.query),
    headers: authorization === undefined ? headers : { ...headers, authorization: '(not kept)' },
    body: request.path === '/token' ? '(not kept)' : readableBody(request.body),
    rpc: null,
    caller: null,
    status: null,
    fault: null,
  }
}

const readableBody = (text: string): unknown => {
  try {
    return text === '' ? null : JSON.parse(text)
  } catch {
    return text // kept as it came; the API itself answers that it is no JSON
  }
}
