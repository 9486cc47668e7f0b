import type { BodyOf, Operation, ParamsOf, QueryOf, ResponseOf } from '@slipway/contract'
import type { FastifyRequest } from 'fastify'
import type { Caller } from '../context.ts'

/** What a route's handler gets. */
export interface RouteRequest<O extends Operation> {
  readonly params: ParamsOf<O>
  readonly query: QueryOf<O>
  readonly body: BodyOf<O>
  readonly workspace_id: string
  readonly caller: Caller
  readonly request: FastifyRequest
}

const REPLY: unique symbol = Symbol('reply')

/** An answer whose status or headers differ from what the contract names first. */
export interface Reply<T> {
  readonly [REPLY]: true
  readonly status: number
  readonly body: T
  readonly headers: Readonly<Record<string, string>>
}

export function reply<T>(status: number, body: T, headers: Readonly<Record<string, string>> = {}): Reply<T> {
  return { [REPLY]: true, status, body, headers }
}

export function isReply(value: unknown): value is Reply<unknown> {
  return typeof value === 'object' && value !== null && REPLY in value
}

const PREPARED: unique symbol = Symbol('prepared')

/**
 * An answer that is JSON text already. Long lists are made so: what is stored as JSON goes through as text, which takes a
 * third of the time. The type says what the text holds.
 */
export function preparedJson<T>(text: string): T {
  // Only `jsonTextOf` looks at it.
  return { [PREPARED]: text } as unknown as T
}

export function jsonTextOf(body: unknown): string {
  if (typeof body === 'object' && body !== null && PREPARED in body) return String(body[PREPARED])
  return JSON.stringify(body ?? null)
}

/** Operations without a response return nothing. */
export type Answer<O extends Operation> = undefined extends O['response'] ? void : ResponseOf<O>

export type Handler<O extends Operation> = (
  request: RouteRequest<O>,
) => Answer<O> | Reply<Answer<O>> | Promise<Answer<O> | Reply<Answer<O>>>

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose data this request is about. */
    workspace_id: string
    caller: Caller
    /** The one workspace of the credential; null: every workspace. */
    credential_workspace_id: string | null
  }
  interface FastifyContextConfig {
    /** The contract's entry that this route serves; undefined for pages and sockets. */
    readonly operation?: Operation
    /** Part of the web interface, which everybody may load. */
    readonly isPage?: boolean
    /** Authenticates by its first frame. */
    readonly isSocket?: boolean
  }
}
