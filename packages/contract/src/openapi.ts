import type { TSchema } from 'typebox'
import { answersOf, sharedAnswers, type DescribeSchema, type Json, type JsonObject } from './openapi-answers.ts'
import { SCOPES, type Operation } from './operation.ts'
import { VERSION } from './version.ts'
import { nodeOf, type Node } from './validation/node.ts'

/** An OpenAPI 3.1 document: plain JSON. */
export interface OpenApiDocument {
  readonly openapi: '3.1.0'
  readonly info: { readonly title: string; readonly version: string; readonly description: string }
  readonly servers: readonly { readonly url: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, JsonObject>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonObject>>
    readonly responses: Readonly<Record<string, JsonObject>>
    readonly securitySchemes: JsonObject
  }
}

export interface OpenApiOptions {
  readonly operations: readonly Operation[]
  /** Schemas that get a name of their own; what else the record holds is passed over. */
  readonly exports: Readonly<Record<string, unknown>>
}

const DESCRIPTION =
  'The protocol of Prefect 3.8. Every path is also served below /api/accounts/{account_id}/workspaces/{workspace_id}. ' +
  'Times are UTC with six decimals; durations are seconds.'

/** Describes the API from the contract. The same contract always gives the same text. */
export function renderOpenApi({ operations, exports }: OpenApiOptions): OpenApiDocument {
  const names = namesOf(exports)
  const schemas = Object.fromEntries(
    [...names].map(([, { name, node }]) => [name, schemaOf(node, names, name)] as const).toSorted(byKey),
  )
  const schema: DescribeSchema = (of) => schemaOf(nodeOf(of), names)
  const paths: Record<string, Record<string, JsonObject>> = {}
  for (const operation of operations.toSorted((a, b) => compare(a.path, b.path) || compare(a.method, b.method))) {
    paths[operation.path] = {
      ...paths[operation.path],
      [operation.method.toLowerCase()]: describe(operation, schema),
    }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Slipway', version: VERSION, description: DESCRIPTION },
    servers: [{ url: '/api' }],
    paths,
    components: {
      schemas,
      responses: sharedAnswers(schema),
      securitySchemes: { basic: { type: 'http', scheme: 'basic' }, bearer: { type: 'http', scheme: 'bearer' } },
    },
  }
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return compare(a, b)
}

/** The part of a schema that its optional and nullable copies share: what a name is found by. */
type Identity = object
type Names = ReadonlyMap<Identity, { readonly name: string; readonly node: Node }>

function identityOf(node: Node): Identity | undefined {
  return node.properties ?? (isNullable(node) ? undefined : node.anyOf) ?? node.enum
}

function isNullable({ anyOf = [] }: Node): boolean {
  return anyOf.some(({ type }) => type === 'null')
}

function namesOf(exports: Readonly<Record<string, unknown>>): Names {
  const names = new Map<Identity, { name: string; node: Node }>()
  for (const [name, value] of Object.entries(exports)) {
    if (!/^[A-Z]/.test(name) || typeof value !== 'object' || value === null || Array.isArray(value)) continue
    // Exports with capitals that are no schemas have none of the keywords that `identityOf` looks for.
    const node = value as Node
    const identity = identityOf(node)
    if (identity !== undefined && !names.has(identity)) names.set(identity, { name, node })
  }
  return names
}

/** `own` is the schema that is being defined, which must not refer to itself. */
function schemaOf(node: Node, names: Names, own?: string): JsonObject {
  if (node.$ref !== undefined) return { $ref: node.$ref }
  const identity = identityOf(node)
  const name = identity === undefined ? undefined : names.get(identity)?.name
  const fallback = node.default === undefined ? {} : { default: node.default as Json }
  if (name !== undefined && name !== own) return { $ref: `#/components/schemas/${name}`, ...fallback }
  return { ...formOf(node, names), ...limitsOf(node), ...fallback }
}

function formOf(node: Node, names: Names): JsonObject {
  const inner = (child: Node) => schemaOf(child, names)
  if (node.anyOf !== undefined) return { anyOf: branchesOf(node, names).map(inner) }
  if (node.const !== undefined) return { const: node.const as Json }
  if (node.enum !== undefined) return { type: 'string', enum: node.enum as readonly Json[] }
  if (node.type === 'array')
    return { type: 'array', ...(node.items === undefined ? {} : { items: inner(node.items) }), ...uniqueness(node) }
  if (node.type === 'object') return objectOf(node, inner)
  return node.type === undefined ? {} : { type: node.type }
}

/** "This, that or nothing" reads better than "this or that, or nothing". */
function branchesOf({ anyOf = [] }: Node, names: Names): readonly Node[] {
  return anyOf.flatMap((branch) => {
    const isNamed = names.has(identityOf(branch) ?? branch)
    return branch.anyOf === undefined || isNamed ? [branch] : branchesOf(branch, names)
  })
}

function uniqueness({ set }: Node): JsonObject {
  return set === true ? { uniqueItems: true } : {}
}

function objectOf(node: Node, inner: (child: Node) => JsonObject): JsonObject {
  const [values] = Object.values(node.patternProperties ?? {})
  if (values !== undefined) return { type: 'object', additionalProperties: inner(values) }
  if (node.properties === undefined) return { type: 'object' }
  const properties = Object.fromEntries(Object.entries(node.properties).map(([key, child]) => [key, inner(child)]))
  const required = node.required ?? []
  return {
    type: 'object',
    properties,
    ...(required.length > 0 ? { required } : {}),
    ...(node.additionalProperties === undefined ? {} : { additionalProperties: node.additionalProperties }),
  }
}

/** The bounds of 32 bits are how numbers are stored, not something to tell. */
function limitsOf(node: Node): JsonObject {
  const { format, pattern, minLength, maxLength, maxItems, exclusiveMinimum, pageLimit } = node
  const minimum = pageLimit === undefined ? node.minimum : 0
  const maximum = pageLimit ?? node.maximum
  const told = {
    format,
    pattern,
    minLength,
    maxLength,
    maxItems,
    exclusiveMinimum,
    minimum: minimum === -2_147_483_648 || exclusiveMinimum !== undefined ? undefined : minimum,
    maximum: maximum === 2_147_483_647 ? undefined : maximum,
  }
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined))
}

function describe(operation: Operation, schema: DescribeSchema): JsonObject {
  const { id, summary, tags, scope, params, query, body, sensitive } = operation
  const takesNoBody = body === undefined
  const mayBeAbsent = operation.embedded && (nodeOf(body ?? {}).required ?? []).length === 0
  return {
    operationId: id,
    summary,
    tags,
    'x-scope': SCOPES.find((known) => known === scope) ?? scope,
    parameters: [...parametersOf(params, 'path', schema), ...parametersOf(query, 'query', schema)],
    ...(takesNoBody
      ? {}
      : { requestBody: { required: !mayBeAbsent, content: { 'application/json': { schema: schema(body) } } } }),
    responses: answersOf(operation, schema),
    ...(operation.public ? {} : { security: [{ basic: [] }, { bearer: [] }] }),
    ...(sensitive ? { 'x-sensitive': true } : {}),
  }
}

function parametersOf(of: TSchema | undefined, where: 'path' | 'query', schema: DescribeSchema): readonly JsonObject[] {
  const node = nodeOf(of ?? {})
  const required = new Set(node.required)
  return Object.entries(node.properties ?? {}).map(([name, child]) => ({
    name,
    in: where,
    required: where === 'path' || required.has(name),
    schema: schema(child),
  }))
}
