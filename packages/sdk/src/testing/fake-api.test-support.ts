import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'
import { isTerminal, type LogCreate, type ServerState, type StateCreate, type WireEvent } from '../wire.ts'

export const FLOW_RUN_ID = '0fa2b6a0-98cb-4f8e-8a60-2b1e6d4f9c11'
export const FLOW_ID = '1fa2b6a0-98cb-4f8e-8a60-2b1e6d4f9c22'
const DEPLOYMENT_ID = '2fa2b6a0-98cb-4f8e-8a60-2b1e6d4f9c33'
export const LEASE_ID = '3fa2b6a0-98cb-4f8e-8a60-2b1e6d4f9c44'

/** How long a failed run waits for its next try. */
export const RETRY_MS = 30_000

export interface Reply {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** One flow run of one deployment on a server that knows just enough, and notices when the protocol is broken. */
export interface FakeApi {
  readonly url: string
  /** `POST /flow_runs/:id/set_state RUNNING`, in the order of arrival. */
  readonly calls: string[]
  readonly proposals: StateCreate[]
  readonly logBatches: LogCreate[][]
  /** Stored ones: each id once, in order. */
  readonly events: WireEvent[]
  readonly violations: string[]
  readonly run: {
    state: ServerState
    empirical_policy: Record<string, unknown>
    parameters: object
    deployment_id: string | null
  }
  readonly deployment: Record<string, unknown>
  /** Answers the next call of this name differently; several are used one after the other. */
  readonly answerOnce: (call: string, reply: Reply | 'hang-up') => void
  /** What `/events/in` does with the next frame that is an event. */
  readonly breakSocketOnce: () => void
  /** Refuses websockets from now on. */
  readonly refuseSockets: () => void
  /** Sets the state from elsewhere and tells it to those who listen. */
  readonly setState: (type: ServerState['type'], name: string) => void
  /** Resolves when a call of this name has arrived. */
  readonly seen: (call: string) => Promise<void>
  /** Stops; throws when the protocol was broken. */
  readonly close: () => Promise<void>
}

export async function startFakeApi(options: {
  readonly authorization: string | null
  readonly token: string | null
}): Promise<FakeApi> {
  const calls: string[] = []
  const proposals: StateCreate[] = []
  const logBatches: LogCreate[][] = []
  const events: WireEvent[] = []
  const violations: string[] = []
  const scripted = new Map<string, (Reply | 'hang-up')[]>()
  const waiting = new Map<string, () => void>()
  const listeners = new Set<WebSocket>()
  let isSocketBroken = false
  let areSocketsRefused = false
  /** Ahead of the client's, and the client must not mind. */
  let clock = Date.UTC(2026, 0, 3)

  const makeState = (proposed: Omit<StateCreate, 'data'>): ServerState => ({
    ...proposed,
    id: crypto.randomUUID(),
    timestamp: `${new Date((clock += 10)).toISOString().slice(0, 23)}000Z`,
    data: null,
  })
  const run: FakeApi['run'] & Record<string, unknown> = {
    id: FLOW_RUN_ID,
    name: 'quick-fox',
    flow_id: FLOW_ID,
    deployment_id: DEPLOYMENT_ID,
    parameters: {},
    tags: [],
    run_count: 0,
    empirical_policy: { retries: null, retry_delay: null, pause_keys: [], resuming: false, retry_type: null },
    state: makeState({ type: 'PENDING', name: 'Pending', message: null, state_details: {} }),
  }
  const deployment: Record<string, unknown> = {
    id: DEPLOYMENT_ID,
    name: 'demo',
    entrypoint: null,
    path: null,
    pull_steps: null,
  }

  const note = (call: string): void => {
    calls.push(call)
    waiting.get(call)?.()
  }

  const setState = (proposed: StateCreate): Reply => {
    proposals.push(proposed)
    const current = run.state
    const { transition_id } = proposed.state_details
    if (typeof transition_id !== 'string') violations.push(`${proposed.type} without a transition_id`)
    if (proposed.data !== null) violations.push(`${proposed.type} with data`)
    const answer = (status: string, state: ServerState, reason: string | null): Reply => ({
      status: state === current ? 200 : 201,
      body: { status, state, details: { reason } },
    })
    if (current.state_details.transition_id === transition_id) return answer('REJECT', current, 'Already made.')
    if (current.type === 'CANCELLING' && proposed.type !== 'CANCELLED')
      return answer('REJECT', current, 'The run is cancelling.')
    if (isTerminal(current.type)) violations.push(`${proposed.type} proposed for a run that is ${current.type}`)
    const retries = Number(run.empirical_policy['retries'] ?? 0)
    if (proposed.type === 'FAILED' && current.type === 'RUNNING' && Number(run['run_count']) <= retries) {
      const at = `${new Date(clock + RETRY_MS).toISOString().slice(0, 23)}000Z`
      run.state = makeState({
        type: 'SCHEDULED',
        name: 'AwaitingRetry',
        message: proposed.message,
        state_details: { scheduled_time: at },
      })
      return answer('REJECT', run.state, 'Retrying')
    }
    if (proposed.type === 'RUNNING') run['run_count'] = Number(run['run_count']) + 1
    const lease = current.state_details.deployment_concurrency_lease_id
    run.state = makeState(proposed)
    if (lease !== undefined) {
      run.state = {
        ...run.state,
        state_details: { ...run.state.state_details, deployment_concurrency_lease_id: lease },
      }
    }
    return answer('ACCEPT', run.state, null)
  }

  const keepEvents = (incoming: readonly WireEvent[]): void => {
    for (const event of incoming) {
      if (events.some((kept) => kept.id === event.id)) continue
      if (isTerminal(run.state.type) && event.event.startsWith('prefect.task-run.')) {
        violations.push(`${event.event} after the flow run was ${run.state.type}`)
      }
      events.push(event)
      note(`EVENT ${event.event}`)
    }
  }

  const route = (call: string, body: unknown): Reply => {
    switch (call) {
      case 'POST /flows/':
        return { status: 201, body: { id: FLOW_ID, name: (body as { name: string }).name } }
      case `GET /flows/${FLOW_ID}`:
        return { status: 200, body: { id: FLOW_ID, name: 'demo-flow' } }
      case 'POST /flow_runs/':
        Object.assign(run, body, { deployment_id: null, state: run.state })
        return { status: 201, body: run }
      case `GET /flow_runs/${FLOW_RUN_ID}`:
        return { status: 200, body: run }
      case `PATCH /flow_runs/${FLOW_RUN_ID}`:
        Object.assign(run, body)
        return { status: 204 }
      case `GET /deployments/${DEPLOYMENT_ID}`:
        return { status: 200, body: deployment }
      case 'POST /task_runs/':
        return { status: 201, body: { id: crypto.randomUUID() } }
      case 'POST /logs/':
        logBatches.push(body as LogCreate[])
        return { status: 201, body: null }
      case 'POST /events':
        keepEvents(body as WireEvent[])
        return { status: 204 }
      case `POST /v2/concurrency_limits/leases/${LEASE_ID}/renew`:
        return { status: 204 }
      default:
        violations.push(`unexpected call: ${call}`)
        return { status: 404, body: { detail: 'Not Found' } }
    }
  }

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let text = ''
    for await (const chunk of request.setEncoding('utf8')) text += String(chunk)
    const body: unknown = text === '' ? undefined : JSON.parse(text)
    const call = `${request.method} ${(request.url ?? '').replace(/^\/api/, '')}`
    const isProposal = call.endsWith('/set_state')
    const proposed = isProposal ? (body as { state: StateCreate }).state : null
    const name = proposed === null ? call : `${call} ${proposed.type}`
    if ((request.headers.authorization ?? null) !== options.authorization)
      violations.push(`${name} with wrong credentials`)
    const script = scripted.get(name)?.shift()
    note(name.replaceAll(FLOW_RUN_ID, ':id').replaceAll(FLOW_ID, ':flow').replaceAll(DEPLOYMENT_ID, ':deployment'))
    if (script === 'hang-up') {
      // The work is done and the answer is lost.
      if (proposed === null) route(call, body)
      else setState(proposed)
      request.socket.destroy()
      return
    }
    if (script !== undefined && proposed !== null) proposals.push(proposed)
    const reply = script ?? (proposed === null ? route(call, body) : setState(proposed))
    response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers })
    response.end(reply.body === undefined ? undefined : JSON.stringify(reply.body))
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      violations.push(String(error))
      response.destroy()
    })
  })
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => (offered.has('prefect') ? 'prefect' : false),
  })
  server.on('upgrade', (request, socket, head) => {
    if (areSocketsRefused) {
      socket.end('HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, (client) => accept(client, (request.url ?? '').replace(/^\/api/, '')))
  })

  const accept = (client: WebSocket, path: string): void => {
    let step: 'ping' | 'auth' | 'filter' | 'events' | 'gone' = 'ping'
    note(`OPEN ${path}`)
    client.on('ping', () => {
      if (step === 'ping') step = 'auth'
    })
    client.on('close', (code: number) => note(`CLOSE ${path} ${code}`))
    client.on('message', (raw: Buffer) => {
      const frame = JSON.parse(raw.toString('utf8')) as { type?: string; token?: string | null }
      if (step === 'ping') violations.push(`${path}: a frame before a ping`)
      if (step === 'auth') {
        if (frame.type !== 'auth' || frame.token !== options.token) {
          client.close(1008, 'Invalid token')
          return
        }
        step = path === '/events/out' ? 'filter' : 'events'
        client.send(JSON.stringify({ type: 'auth_success' }))
        return
      }
      if (step === 'filter') {
        if (frame.type !== 'filter') violations.push(`${path}: ${frame.type} instead of a filter`)
        listeners.add(client)
        note(`LISTEN ${path}`)
        return
      }
      if (step === 'gone') return
      if (isSocketBroken) {
        isSocketBroken = false
        step = 'gone'
        client.terminate()
        return
      }
      keepEvents([JSON.parse(raw.toString('utf8')) as WireEvent])
    })
  }

  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo

  return {
    url: `http://127.0.0.1:${port}/api`,
    calls,
    proposals,
    logBatches,
    events,
    violations,
    run,
    deployment,
    answerOnce(call, reply) {
      scripted.set(call, [...(scripted.get(call) ?? []), reply])
    },
    breakSocketOnce() {
      isSocketBroken = true
    },
    refuseSockets() {
      areSocketsRefused = true
    },
    setState(type, name) {
      run.state = makeState({ type, name, message: null, state_details: {} })
      const event = {
        event: `prefect.flow-run.${name}`,
        resource: { 'prefect.resource.id': `prefect.flow-run.${FLOW_RUN_ID}` },
      }
      for (const listener of listeners) listener.send(JSON.stringify({ type: 'event', event }))
    },
    async seen(call) {
      if (calls.includes(call)) return
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting.set(call, resolve)
      await promise
    },
    async close() {
      for (const client of sockets.clients) client.terminate()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      if (violations.length > 0) throw new Error(`The protocol was broken:\n${violations.join('\n')}`)
    },
  }
}

/** The name of a proposal for `answerOnce`. */
export function proposal(type: ServerState['type']): string {
  return `POST /flow_runs/${FLOW_RUN_ID}/set_state ${type}`
}

export function proposalReply(status: string, state: Partial<ServerState>, details: object): Reply {
  const complete = {
    id: crypto.randomUUID(),
    name: null,
    timestamp: '2026-01-03T00:00:00.000000Z',
    message: null,
    data: null,
    state_details: {},
  }
  return { status: 200, body: { status, state: { ...complete, ...state }, details } }
}
