import type { ApiConfig } from './config.ts'
import { ApiError, ApiUnreachableError } from './errors.ts'
import type { Host } from './host.ts'
import { isRetryableStatus, retryDelayMs } from './retry.ts'
import type {
  DeploymentRecord,
  FlowRecord,
  FlowRunCreate,
  FlowRunRecord,
  FlowRunUpdate,
  LogCreate,
  OrchestrationResult,
  StateCreate,
  TaskRunCreate,
  WireEvent,
} from './wire.ts'

export interface Patience {
  /** How long to go on when nobody answers, at least; without it a handful of tries must do. */
  readonly patienceMs: number
  readonly signal: AbortSignal | null
}

/** The calls that a flow's process makes. A request is sent again, byte for byte, until it is answered or patience ends. */
export interface ApiClient {
  readonly createFlow: (name: string, tags: readonly string[]) => Promise<FlowRecord>
  readonly getFlow: (id: string) => Promise<FlowRecord>
  readonly createFlowRun: (body: FlowRunCreate) => Promise<FlowRunRecord>
  readonly getFlowRun: (id: string, patience: Patience | null) => Promise<FlowRunRecord>
  readonly updateFlowRun: (id: string, body: FlowRunUpdate) => Promise<void>
  readonly setFlowRunState: (id: string, state: StateCreate, patience: Patience | null) => Promise<OrchestrationResult>
  readonly getDeployment: (id: string) => Promise<DeploymentRecord>
  readonly createTaskRun: (body: TaskRunCreate) => Promise<{ readonly id: string }>
  readonly sendLogs: (records: readonly LogCreate[]) => Promise<void>
  readonly sendEvents: (events: readonly WireEvent[]) => Promise<void>
  readonly renewLease: (id: string, leaseSeconds: number) => Promise<void>
}

export interface ClientOptions {
  readonly host: Host
  readonly api: ApiConfig
  readonly requestTimeoutMs: number
  readonly maxRetries: number
}

/**
 * Servers choose between old and new ways of handling leases by this text, so it names the protocol that is spoken
 * here and not the program that speaks it.
 */
const PROTOCOL_AGENT = 'prefect/3.8.8 (API 0.8.4)'

export function apiHeaders(api: ApiConfig): Readonly<Record<string, string>> {
  const headers = { 'user-agent': PROTOCOL_AGENT, 'x-prefect-api-version': '0.8.4', 'x-slipway-client': 'slipway-sdk' }
  return api.authorization === null ? headers : { ...headers, authorization: api.authorization }
}

export function createClient(options: ClientOptions): ApiClient {
  // The casts: what the server answers is checked against the same contract on its side, and a check here would
  // have to be shipped into every container.
  const call = createCaller(options)
  return {
    createFlow: async (name, tags) => (await call('POST', '/flows/', { name, tags }, null)) as FlowRecord,
    getFlow: async (id) => (await call('GET', `/flows/${id}`, undefined, null)) as FlowRecord,
    createFlowRun: async (body) => (await call('POST', '/flow_runs/', body, null)) as FlowRunRecord,
    getFlowRun: async (id, patience) => (await call('GET', `/flow_runs/${id}`, undefined, patience)) as FlowRunRecord,
    async updateFlowRun(id, body) {
      await call('PATCH', `/flow_runs/${id}`, body, null)
    },
    setFlowRunState: async (id, state, patience) =>
      (await call('POST', `/flow_runs/${id}/set_state`, { state, force: false }, patience)) as OrchestrationResult,
    getDeployment: async (id) => (await call('GET', `/deployments/${id}`, undefined, null)) as DeploymentRecord,
    createTaskRun: async (body) => (await call('POST', '/task_runs/', body, null)) as { id: string },
    async sendLogs(records) {
      await call('POST', '/logs/', records, null)
    },
    async sendEvents(events) {
      await call('POST', '/events', events, null)
    },
    async renewLease(id, leaseSeconds) {
      await call('POST', `/v2/concurrency_limits/leases/${id}/renew`, { lease_duration: leaseSeconds }, null)
    },
  }
}

type Caller = (method: string, path: string, body: unknown, patience: Patience | null) => Promise<unknown>

function createCaller({ host, api, requestTimeoutMs, maxRetries }: ClientOptions): Caller {
  // One name a process: by it the server tells a retry in this process from another container that comes late.
  const headers = { ...apiHeaders(api), 'content-type': 'application/json', 'prefect-csrf-client': host.uuid() }
  /** Nobody at the address at the first try is more likely a wrong address than a server that is just restarting. */
  let hasConnected = false

  return async (method, path, body, patience) => {
    const text = body === undefined ? null : JSON.stringify(body)
    const signal = patience?.signal ?? null
    let waitedMs = 0
    let counted = 0
    for (let attempt = 1; ; attempt++) {
      const answer = await tryOnce(`${api.url}${path}`, { method, headers, body: text }, requestTimeoutMs)
      if (answer.kind !== 'unconnected' && answer.kind !== 'broken') hasConnected = true
      if (answer.kind === 'answered') return answer.body
      if (answer.kind === 'refused') throw new ApiError(`${method} ${path}`, answer.status, answer.detail)
      if (answer.kind !== 'busy' || !answer.isMaintenance) counted += 1
      const mayWait = patience !== null && waitedMs < patience.patienceMs
      const mayRetry = counted <= maxRetries && (hasConnected || answer.kind !== 'unconnected')
      if (!mayWait && !mayRetry) throw unreachable(api, `${method} ${path}`, answer)
      const retryAfter = answer.kind === 'busy' ? answer.retryAfter : null
      const delayMs = retryDelayMs({ attempt, retryAfter, nowMs: Date.now(), random: host.random() })
      await host.sleep(delayMs, signal)
      waitedMs += delayMs
    }
  }
}

type Answer =
  | { readonly kind: 'answered'; readonly body: unknown }
  | { readonly kind: 'refused'; readonly status: number; readonly detail: string }
  | {
      readonly kind: 'busy'
      readonly status: number
      readonly retryAfter: string | null
      readonly isMaintenance: boolean
    }
  /** Nobody took the request. */
  | { readonly kind: 'unconnected'; readonly error: unknown }
  /** The request may have arrived. */
  | { readonly kind: 'broken'; readonly error: unknown }

interface Request {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}

async function tryOnce(url: string, request: Request, timeoutMs: number): Promise<Answer> {
  try {
    const response = await fetch(url, { ...request, signal: AbortSignal.timeout(timeoutMs) })
    const text = await response.text()
    const { status, headers } = response
    if (isRetryableStatus(status)) {
      return {
        kind: 'busy',
        status,
        retryAfter: headers.get('retry-after'),
        isMaintenance: headers.get('prefect-maintenance') === 'true',
      }
    }
    if (!response.ok) return { kind: 'refused', status, detail: readDetail(text) }
    return { kind: 'answered', body: text === '' ? null : JSON.parse(text) }
  } catch (error) {
    return { kind: isUnconnected(error) ? 'unconnected' : 'broken', error }
  }
}

const UNCONNECTED: readonly string[] = ['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN']

function isUnconnected(error: unknown): boolean {
  const code = errorCode(error)
  return code !== null && UNCONNECTED.includes(code)
}

/** `fetch` hides what happened in the cause of a "fetch failed"; several addresses tried in turn hide it one deeper. */
function errorCode(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  if ('code' in error && typeof error.code === 'string') return error.code
  return errorCode(error.cause)
}

function rootMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? rootMessage(error.cause) : error.message
}

function readDetail(text: string): string {
  try {
    const body: unknown = JSON.parse(text)
    if (typeof body === 'object' && body !== null) {
      if ('detail' in body && typeof body.detail === 'string') return body.detail
      if ('exception_message' in body && typeof body.exception_message === 'string') return body.exception_message
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  return text.slice(0, 500)
}

function unreachable(
  api: ApiConfig,
  call: string,
  answer: Answer & { kind: 'busy' | 'unconnected' | 'broken' },
): ApiUnreachableError {
  const what =
    answer.kind === 'busy'
      ? `it keeps answering ${answer.status}`
      : (errorCode(answer.error) ?? rootMessage(answer.error))
  const options = answer.kind === 'busy' ? {} : { cause: answer.error }
  return new ApiUnreachableError(`The API at ${api.url} did not take ${call}: ${what}`, options)
}
