import { Type, type Static } from 'typebox'
import { Json } from './json.ts'

/** One thing that is wrong with a request. */
export const ValidationIssue = Type.Object({
  type: Type.String(),
  loc: Type.Array(Type.Union([Type.String(), Type.Integer()])),
  msg: Type.String(),
  input: Json,
  ctx: Type.Optional(Json),
})
export type ValidationIssue = Static<typeof ValidationIssue>

export const ValidationFailure = Type.Object({
  exception_message: Type.String(),
  exception_detail: Type.Array(ValidationIssue),
  request_body: Json,
})
export type ValidationFailure = Static<typeof ValidationFailure>

export const Problem = Type.Object({ detail: Type.String() })
export type Problem = Static<typeof Problem>

/** What is answered outside of any resource: no credential, no database. */
export const Failure = Type.Object({ exception_message: Type.String() })
export type Failure = Static<typeof Failure>
