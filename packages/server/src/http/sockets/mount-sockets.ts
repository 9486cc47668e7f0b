import websocket from '@fastify/websocket'
import { EventFilter, LogFilter, type Scope } from '@slipway/contract'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { WebSocket } from 'ws'
import type { EdgeContext } from '../../context.ts'
import type { EventWriter } from '../../operations/ingest-events.ts'
import type { Identify } from '../credentials.ts'
import { PREFIXES } from '../mount.ts'
import { notFound, unauthorized } from '../problem.ts'
import { answerPingsAfterStoring, createEventReader, takeEvents } from './events-in.ts'
import { createEventFrames, tellEvents } from './events-out.ts'
import { type Connection, shakeHands, SUBPROTOCOL } from './handshake.ts'
import { keepAlive } from './heartbeat.ts'
import { tellLogs } from './logs-out.ts'
import { createFilterReader } from './read-filter.ts'
import { deliverTasks } from './task-subscription.ts'
import type { TaskWorkers } from './task-workers.ts'

/** "Service Restart": clients connect again at once, where a clean close would end their subscription. */
const RESTARTING = 1012
const GOODBYE_MS = 1_000

export interface SocketParts {
  readonly ctx: EdgeContext
  readonly identify: Identify
  readonly writeEvent: EventWriter
  readonly workers: TaskWorkers
}

/** The websockets, below `/api` and below the path of a workspace, in a scope of their own: other routes stay plain HTTP. */
export function mountSockets(app: FastifyInstance, parts: SocketParts): void {
  const { ctx } = parts
  app.register(async (scope) => {
    await scope.register(websocket, {
      options: {
        perMessageDeflate: false,
        // On /events/in the pong is a receipt.
        autoPong: false,
        maxPayload: ctx.config.max_event_bytes,
        handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
      },
      preClose: async () => await sayGoodbye(scope.websocketServer.clients, ctx),
    })
    mountAll(scope, parts)
  })
}

function mountAll(scope: FastifyInstance, { ctx, identify, writeEvent, workers }: SocketParts): void {
  const frameOf = createEventFrames()
  const readEvent = createEventReader(scope.requestChecks)
  const readEventFilter = createFilterReader<EventFilter>(EventFilter)
  const readLogFilter = createFilterReader<LogFilter>(LogFilter)
  const socketRoute = createSocketRoute(scope, { ctx, identify })

  socketRoute('/events/in', 'run', (socket) => {
    const track = answerPingsAfterStoring(socket)
    return (connection) => takeEvents(connection, { ctx, readEvent, writeEvent }, track)
  })
  socketRoute('/events/out', 'read', (socket) => {
    answerPings(socket)
    return (connection) => tellEvents(connection, { ctx, frameOf, readFilter: readEventFilter })
  })
  socketRoute('/logs/out', 'read', (socket) => {
    answerPings(socket)
    return (connection) => tellLogs(connection, { ctx, readFilter: readLogFilter })
  })
  socketRoute('/task_runs/subscriptions/scheduled', 'run', (socket) => {
    answerPings(socket)
    return (connection) => deliverTasks(connection, { ctx, workers })
  })
  // Workers then talk by REST. A socket that is opened and closed would make them try again and again.
  for (const prefix of PREFIXES) {
    scope.get(`${prefix}/work_pools/:name/workers/connect`, {
      config: { isSocket: true },
      onRequest: async () => {
        throw notFound()
      },
      handler: () => undefined,
    })
  }
}

/** Called at the upgrade, before anything can arrive; returns what to do with a client that was let in. */
type Serve = (socket: WebSocket) => (connection: Connection) => void | Promise<void>

function createSocketRoute(scope: FastifyInstance, { ctx, identify }: Pick<SocketParts, 'ctx' | 'identify'>) {
  return (path: string, needed: Scope, serve: Serve): void => {
    for (const prefix of PREFIXES) {
      const options = {
        websocket: true,
        config: { isSocket: true },
        onRequest: async (request: FastifyRequest) => {
          if (ctx.config.auth_string !== null && !offersSubprotocol(request)) throw unauthorized()
        },
      } as const
      scope.get(`${prefix}${path}`, options, async (socket: WebSocket, request) => {
        keepAlive(socket, ctx.timers)
        const start = serve(socket)
        const connection = await shakeHands(socket, request, { ctx, identify, scope: needed })
        if (connection !== null) await start(connection)
      })
    }
  }
}

function offersSubprotocol({ headers }: FastifyRequest): boolean {
  const offered = headers['sec-websocket-protocol'] ?? ''
  return offered.split(',').some((name) => name.trim() === SUBPROTOCOL)
}

function answerPings(socket: WebSocket): void {
  socket.on('ping', (data) => {
    if (socket.readyState === socket.OPEN) socket.pong(data)
  })
}

async function sayGoodbye(clients: ReadonlySet<WebSocket>, ctx: EdgeContext): Promise<void> {
  if (clients.size === 0) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const cancel = ctx.timers.after(GOODBYE_MS, resolve)
  for (const socket of clients) {
    socket.on('close', () => {
      if (clients.size === 0) resolve()
    })
    socket.resume()
    socket.close(RESTARTING, 'The server restarts')
  }
  await promise
  cancel()
  for (const socket of clients) socket.terminate()
}
