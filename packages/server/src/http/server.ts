import {
  fastify,
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import type { EdgeContext } from '../context.ts'
import { SlipwayError, problem } from '../errors.ts'
import { openCaller, stranger } from '../operations/callers.ts'
import { createRequestChecks } from './checks.ts'
import { connectionLimits } from './connections.ts'
import { answerTo } from './faults.ts'
import { createHostCheck } from './host-check.ts'
import { bodyTooLarge, missing, notFound } from './problem.ts'
import { createRouteTable } from './route-table.ts'

/** Longer than any name that the database keeps; the router's own limit is 100. */
const MOST_PATH_PARAMETER = 2_000
const REQUEST_ID = /^[\w.-]{1,64}$/

const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
}

export interface AppParts {
  /** Mounts routes, sockets and pages. */
  readonly register: (app: FastifyInstance, ctx: EdgeContext) => void | Promise<void>
  /** Its id when there is such a workspace. Absent: the installation has one. */
  readonly findWorkspace?: (account_id: string, workspace_id: string) => Promise<string | null>
}

/** The HTTP server, not listening yet. */
export function createApp(ctx: EdgeContext, { register, findWorkspace }: AppParts): FastifyInstance {
  const routeTable = createRouteTable()
  const loggerInstance: FastifyBaseLogger = ctx.log.child({ part: 'http' })
  const app: FastifyInstance = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: ctx.config.trust_proxy,
    exposeHeadRoutes: false,
    ...connectionLimits,
    forceCloseConnections: 'idle',
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: MOST_PATH_PARAMETER },
    genReqId: ({ headers }) => {
      const given = headers['x-request-id']
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : ctx.ids.uuid()
    },
    // What the router cannot read, such as `%zz` or a name longer than any, is the path of nothing.
    frameworkErrors: (_error, request, answer) => sendError(notFound(), request, answer),
  })
  app.decorate('routeTable', routeTable)
  app.decorate('requestChecks', createRequestChecks(ctx.config))
  app.decorateRequest('workspace_id', '')
  app.decorateRequest('caller')
  app.decorateRequest('credential_workspace_id', null)
  readBodiesAsBytes(app)
  addHooks(app, ctx, findWorkspace)
  app.setErrorHandler(sendError)
  app.setNotFoundHandler((request, answer) => sendError(missing(routeTable.methodsOf(request.url)), request, answer))
  app.register(async (scope) => register(scope, ctx))
  return app
}

/** Bodies are parsed where their schema is known; here they are only read, up to the limit of their route. */
function readBodiesAsBytes(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, payload, done) => done(null, payload))
}

function addHooks(app: FastifyInstance, ctx: EdgeContext, findWorkspace: AppParts['findWorkspace']): void {
  const { allowed_hosts, allowed_origins, public_api_url, auth_string } = ctx.config
  const hasCredentials = auth_string !== null
  const isAnswered = createHostCheck({
    allowed_hosts,
    allowed_origins,
    public_api_url,
    hasCredentials,
  })
  const { default_workspace_id } = ctx.installation

  app.addHook('onRequest', async (request, answer) => {
    answer.headers(SECURITY_HEADERS).header('x-request-id', request.id)
    request.caller = hasCredentials ? stranger : openCaller
    request.workspace_id = default_workspace_id
    if (isAnswered(request, answer)) return answer
  })
  // After authentication, which `register` adds: a stranger does not learn which workspaces there are.
  app.addHook('preParsing', async (request) => {
    const { account_id, workspace_id } = workspaceOf(request)
    if (workspace_id === undefined || account_id === undefined) return
    const found =
      workspace_id === default_workspace_id ? workspace_id : ((await findWorkspace?.(account_id, workspace_id)) ?? null)
    if (found === null) throw problem(404, 'Workspace not found')
    request.workspace_id = found
  })
  app.addHook('onResponse', async (request, { statusCode, elapsedTime }) => {
    const { method, routeOptions, raw } = request
    // A connection that asked to become something else and was answered in HTTP is read by nobody any more.
    if (raw.headers.upgrade !== undefined) raw.socket.destroy()
    request.log.debug({ method, route: routeOptions.url, status: statusCode, ms: Math.round(elapsedTime) }, 'answered')
  })
}

function workspaceOf({ params }: FastifyRequest): { account_id?: string; workspace_id?: string } {
  return typeof params === 'object' && params !== null ? params : {}
}

function sendError(error: unknown, request: FastifyRequest, answer: FastifyReply): void {
  const known = frameworkAnswer(error, request) ?? answerTo(error)
  const { status, body, headers } = known ?? new SlipwayError(500, { exception_message: 'Internal Server Error' })
  if (known === null) request.log.error({ err: error, request_id: request.id }, 'a request failed')
  else if (status === 503 || (status === 409 && !(error instanceof SlipwayError)))
    request.log.warn({ err: error, request_id: request.id }, 'a request was refused by the database')
  answer.code(status).headers(headers).type('application/json').send(JSON.stringify(body))
}

/** What Fastify itself refuses: a body over the limit, a broken Content-Length, a client that breaks off. */
function frameworkAnswer(error: unknown, { routeOptions, raw }: FastifyRequest): SlipwayError | null {
  // Nobody reads it; but it is not the database whose connection was lost.
  if (raw.destroyed && !raw.complete) return problem(400, 'The request was broken off.')
  if (!(error instanceof Error) || !('code' in error) || !('statusCode' in error)) return null
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') return bodyTooLarge(routeOptions.bodyLimit)
  const { statusCode } = error
  const isMistake = typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500
  return isMistake && String(error.code).startsWith('FST_') ? problem(statusCode, error.message) : null
}
