/** Which call a request is: paths and bodies are read from the definition, so a path exists exactly if Google's does. */
import type { ApiDefinition, HttpRule } from '../api-definition.ts'
import type { HttpRequest } from '../http.ts'
import { type Json, type JsonObject, isObject } from '../json.ts'
import { type FieldViolation, findField, validateMessage } from '../spec-validator.ts'
import { GoogleError, invalidArgument, invalidField } from './errors.ts'

export interface Route {
  readonly rpc: string
  readonly method: string
  readonly pattern: RegExp
  /** The request field that each group of the pattern fills, for example `parent` or `job.name`. */
  readonly pathField: string
  readonly body: string | null
  readonly request: string
}

export interface Match {
  readonly route: Route
  /** The resource name in the path, decoded. */
  readonly resource: string
}

const PACKAGE = 'google.cloud.run.v2'
const SERVICES = ['Jobs', 'Executions', 'Tasks'] as const
/** The package's own definition gives operations under /v1; Cloud Run serves them here, as its clients' code says. */
const OPERATION_RULES: readonly HttpRule[] = [
  {
    rpc: 'GetOperation',
    method: 'GET',
    template: '/v2/{name=projects/*/locations/*/operations/*}',
    body: null,
    request: 'google.longrunning.GetOperationRequest',
  },
  {
    rpc: 'ListOperations',
    method: 'GET',
    template: '/v2/{name=projects/*/locations/*}/operations',
    body: null,
    request: 'google.longrunning.ListOperationsRequest',
  },
  {
    rpc: 'DeleteOperation',
    method: 'DELETE',
    template: '/v2/{name=projects/*/locations/*/operations/*}',
    body: null,
    request: 'google.longrunning.DeleteOperationRequest',
  },
  {
    rpc: 'WaitOperation',
    method: 'POST',
    template: '/v2/{name=projects/*/locations/*/operations/*}:wait',
    body: '*',
    request: 'google.longrunning.WaitOperationRequest',
  },
]
/** Parameters that every Google API takes; `$`-spellings are what the newer clients send. */
const SYSTEM_PARAMETERS = new Set(
  [
    'alt',
    'fields',
    'prettyPrint',
    'key',
    'quotaUser',
    'userIp',
    'uploadType',
    'upload_protocol',
    'access_token',
    'oauth_token',
    'callback',
    '.xgafv',
  ].flatMap((name) => [name, `$${name}`]),
)

export function buildRoutes(definition: ApiDefinition): readonly Route[] {
  const own = SERVICES.flatMap((service) => definition.httpRules(`${PACKAGE}.${service}`))
  return [...own, ...OPERATION_RULES].map(toRoute)
}

function toRoute({ rpc, method, template, body, request }: HttpRule): Route {
  const match = /^(.*)\{([\w.]+)=([^}]+)\}(.*)$/.exec(template)
  if (match === null) throw new Error(`The path ${template} of ${rpc} has a form that is not understood`)
  const [, before = '', pathField = '', shape = '', after = ''] = match
  // A custom verb such as ":run" follows the name, so a name holds no colon.
  const pattern = new RegExp(`^${before}(${shape.replaceAll('*', '[^/:]+')})${after}$`)
  return { rpc, method, pattern, pathField, body, request }
}

export function findRoute(routes: readonly Route[], request: HttpRequest): Match | null {
  for (const route of routes) {
    if (route.method !== request.method) continue
    const found = route.pattern.exec(request.path)?.[1]
    if (found !== undefined) return { route, resource: found.split('/').map(decodeSegment).join('/') }
  }
  return null
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw new GoogleError(
      'INVALID_ARGUMENT',
      `The path segment ${JSON.stringify(segment)} is not valid percent-encoding.`,
    )
  }
}

/** The whole request message, from path, query and body, checked against the definition. */
export function readRequest(definition: ApiDefinition, { route, resource }: Match, request: HttpRequest): JsonObject {
  const body = readBody(request)
  const raw: Record<string, Json> = route.body === '*' ? { ...body } : {}
  if (route.body !== null && route.body !== '*' && request.body !== '') raw[route.body] = body
  const unknown = readQuery(definition, route, request.query, raw)
  const [outer = '', inner] = route.pathField.split('.')
  if (inner === undefined) raw[outer] = resource
  else if (isObject(raw[outer])) raw[outer] = { ...raw[outer], [inner]: resource }
  const { value, violations } = validateMessage(definition, route.request, raw)
  if (unknown.length + violations.length > 0) throw invalidArgument([...unknown, ...violations])
  return value
}

function readBody(request: HttpRequest): JsonObject {
  if (request.body === '') return {}
  const type = request.headers['content-type'] ?? ''
  if (!/^application\/json\b/i.test(type))
    throw invalidField('', `Invalid content type ${JSON.stringify(type)}: expected application/json.`)
  const parsed = parseJson(request.body)
  if (!isObject(parsed))
    throw invalidField('', 'Invalid JSON payload received. Unknown name "": Root element must be a message.')
  return parsed
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new GoogleError('INVALID_ARGUMENT', `Invalid JSON payload received. ${error.message}`)
  }
}

function readQuery(
  definition: ApiDefinition,
  route: Route,
  query: URLSearchParams,
  raw: Record<string, Json>,
): readonly FieldViolation[] {
  const message = definition.message(route.request)
  const violations: FieldViolation[] = []
  for (const [name, text] of query) {
    if (SYSTEM_PARAMETERS.has(name)) continue
    const field = findField(message, name)
    const isBindable =
      field !== undefined && field.type.kind === 'scalar' && field.name !== route.body && route.body !== '*'
    if (!isBindable) {
      const description = `Invalid JSON payload received. Unknown name "${name}": Cannot bind query parameter. Field '${name}' could not be found in request message.`
      violations.push({ field: '', description })
      continue
    }
    const isBoolean = field.type.name === 'bool' && /^(?:true|false)$/i.test(text)
    raw[field.name] = isBoolean ? text.toLowerCase() === 'true' : text
  }
  return violations
}
