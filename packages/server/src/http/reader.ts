import { compileSchema, definitions, normalUuid, PAGE_LIMIT_ISSUE } from '@slipway/contract'
import type { Checks, Issue, Operation, Validate } from '@slipway/contract'
import type { FastifyRequest } from 'fastify'
import { problem } from '../errors.ts'
import { checkApiVersion } from './api-version.ts'
import { isStorable, readBody, unstorableIssue } from './json-body.ts'
import { invalidRequest, missing, notFound } from './problem.ts'
import { isPathUuid, type RouteTable } from './route-table.ts'

const BODY = { parent: null, key: 'body' }
const QUERY = { parent: null, key: 'query' }
const PATH = { parent: null, key: 'path' }

export interface Read {
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
}

export interface ReaderParts {
  readonly checks: Checks
  readonly table: RouteTable
}

/** Everything that happens between the router and the handler: what a handler is called with fits the contract. */
export function createReader(operation: Operation, { checks, table }: ReaderParts): (request: FastifyRequest) => Read {
  const { params, query, body, embedded } = operation
  const readParams = createParamsReader(operation, { checks, table })
  const validateQuery = query === undefined ? null : compileSchema(query, { checks })
  const validateBody = body === undefined ? null : compileSchema(body, { checks, definitions, embedded })

  return (request) => {
    const issues: Issue[] = []
    const read = { params: params === undefined ? undefined : readParams(request, issues) }
    if (!operation.anyVersion) checkApiVersion(request.headers['x-prefect-api-version'])
    const readQuery = validateQuery === null ? undefined : validateQuery(queryOf(request, issues), QUERY, issues)
    const given = validateBody === null ? null : readRequestBody(request, { validateBody, embedded, issues })
    if (issues.length > 0) reject(operation, issues, given)
    return { ...read, query: readQuery, body: given?.body }
  }
}

interface GivenBody {
  /** As the handler gets it. */
  readonly body: unknown
  /** As it came. */
  readonly value: unknown
  readonly bytes: number
}

function readRequestBody(
  request: FastifyRequest,
  { validateBody, embedded, issues }: { validateBody: Validate; embedded: boolean; issues: Issue[] },
): GivenBody {
  const payload = Buffer.isBuffer(request.body) ? request.body : undefined
  const { value, issues: found } = readBody(payload, request.headers['content-type'])
  const bytes = payload?.length ?? 0
  if (found.length > 0) issues.push(...found)
  else if (!embedded && (value === undefined || value === null))
    issues.push({ type: 'missing', loc: ['body'], msg: 'This is required', input: null })
  else return { body: validateBody(value, BODY, issues), value, bytes }
  return { body: undefined, value, bytes }
}

/** Of a parameter that comes more than once the last one counts. */
function queryOf(request: FastifyRequest, issues: Issue[]): Readonly<Record<string, unknown>> {
  // Fastify's parser gives strings and arrays of strings.
  const given = request.query as Readonly<Record<string, string | readonly string[] | undefined>>
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => {
      const text = typeof value === 'string' ? value : value?.at(-1)
      if (text !== undefined && !isStorable(text)) issues.push(unstorableIssue(['query', key]))
      return [key, text]
    }),
  )
}

function createParamsReader(
  { params, method }: Operation,
  { checks, table }: ReaderParts,
): (request: FastifyRequest, issues: Issue[]) => unknown {
  const properties = Object.entries(params?.properties ?? {})
  const uuids = properties.filter(([, schema]) => isPathUuid(schema)).map(([name]) => name)
  const validate = params === undefined ? null : compileSchema(params, { checks })

  return (request, issues) => {
    // The router gives a string for each parameter of the path.
    const given = request.params as Readonly<Record<string, string>>
    for (const [name] of properties) {
      const text = given[name] ?? ''
      const isPath = uuids.includes(name) ? normalUuid(text) !== null : !text.includes('/')
      if (!isPath || !isStorable(text)) throw noSuchPath(request, method, table)
    }
    return validate?.(given, PATH, issues)
  }
}

/** `GET /flow_runs/filter` came to the route of `GET /flow_runs/{id}`: the path exists, its method does not. */
function noSuchPath({ url }: FastifyRequest, method: string, table: RouteTable): Error {
  const allowed = table.methodsOf(url)
  return allowed.includes(method) ? notFound() : missing(allowed)
}

function reject({ sensitive }: Operation, issues: readonly Issue[], given: GivenBody | null): never {
  const limit = issues.find(({ type }) => type === PAGE_LIMIT_ISSUE)
  if (limit !== undefined) throw problem(422, limit.msg)
  throw invalidRequest({ issues, body: given?.value, bodyBytes: given?.bytes ?? 0, sensitive })
}
