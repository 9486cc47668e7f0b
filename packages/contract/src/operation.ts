import type { Static, TObject, TSchema } from 'typebox'
import type { Parsed } from './schema.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** What a credential must allow. Each contains the ones before it: read < run < deploy < admin. */
export const SCOPES = ['read', 'run', 'deploy', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

export interface Definition<
  Params extends TObject | undefined,
  Query extends TObject | undefined,
  Body extends TSchema | undefined,
  Response extends TSchema | undefined,
> {
  readonly id: string
  readonly method: Method
  /** Below `/api`, with `{name}` for a parameter. */
  readonly path: string
  readonly summary: string
  readonly tags: readonly string[]
  readonly scope: Scope
  readonly params?: Params
  readonly query?: Query
  readonly body?: Body
  /** The body is declared field by field: unknown keys are ignored, and an explicit null means the default. */
  readonly embedded?: boolean
  /** Absent: the answer has no body. */
  readonly response?: Response
  readonly status?: number
  /** Other statuses of success, e.g. 201 for "created" beside 200 for "was there". */
  readonly otherStatuses?: readonly number[]
  readonly errors?: readonly number[]
  readonly mediaType?: string
  /** Answers without a credential. */
  readonly public?: boolean
  /** The API version that a client names is not checked. */
  readonly anyVersion?: boolean
  /** The body may hold secrets: it is never echoed in an error. */
  readonly sensitive?: boolean
  readonly maxBodyBytes?: number
}

export interface Operation<
  Params extends TObject | undefined = TObject | undefined,
  Query extends TObject | undefined = TObject | undefined,
  Body extends TSchema | undefined = TSchema | undefined,
  Response extends TSchema | undefined = TSchema | undefined,
> {
  readonly id: string
  readonly method: Method
  readonly path: string
  readonly summary: string
  readonly tags: readonly string[]
  readonly scope: Scope
  readonly params: Params
  readonly query: Query
  readonly body: Body
  readonly embedded: boolean
  readonly response: Response
  readonly status: number
  readonly otherStatuses: readonly number[]
  readonly errors: readonly number[]
  readonly mediaType: string
  readonly public: boolean
  readonly anyVersion: boolean
  readonly sensitive: boolean
  readonly maxBodyBytes: number
}

const MIB = 1_048_576
export const BODY_1_MIB = MIB
export const BODY_8_MIB = 8 * MIB
export const BODY_16_MIB = 16 * MIB

/** One entry of the contract: where it is, what it takes and gives, and who may ask. */
export function operation<
  Params extends TObject | undefined = undefined,
  Query extends TObject | undefined = undefined,
  Body extends TSchema | undefined = undefined,
  Response extends TSchema | undefined = undefined,
>(definition: Definition<Params, Query, Body, Response>): Operation<Params, Query, Body, Response> {
  const complete = {
    embedded: false,
    status: 200,
    otherStatuses: [],
    errors: [],
    mediaType: 'application/json',
    public: false,
    anyVersion: false,
    sensitive: false,
    maxBodyBytes: BODY_1_MIB,
    params: undefined,
    query: undefined,
    body: undefined,
    response: undefined,
    ...definition,
  }
  // The spread cannot show the compiler that a schema which the definition leaves out is `undefined` in the type too.
  return Object.freeze(complete) as unknown as Operation<Params, Query, Body, Response>
}

type ParsedOr<T> = T extends TSchema ? Parsed<T> : undefined
type StaticOr<T> = T extends TSchema ? Static<T> : undefined

/** What a handler gets: defaults filled in. */
export type ParamsOf<O extends Operation> = ParsedOr<O['params']>
export type QueryOf<O extends Operation> = ParsedOr<O['query']>
export type BodyOf<O extends Operation> = ParsedOr<O['body']>
/** What a client sends: what has a default may be left out. */
export type RequestBodyOf<O extends Operation> = StaticOr<O['body']>
export type RequestQueryOf<O extends Operation> = StaticOr<O['query']>
/** What a client gets and a handler returns. */
export type ResponseOf<O extends Operation> = StaticOr<O['response']>
