import type { TSchema } from 'typebox'
import { Failure, Problem, ValidationFailure } from './errors.ts'
import type { Operation } from './operation.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined }
export type JsonObject = { readonly [key: string]: Json | undefined }

interface Answer {
  readonly name: string
  readonly description: string
  readonly bodies: readonly TSchema[]
}

/** What any operation may answer instead of what was asked for; described once, and referred to. */
const ANSWERS: Readonly<Record<number, Answer>> = {
  400: {
    name: 'BadRequest',
    description: 'The request cannot be read, asks for what cannot be, or names an API version that is too old',
    bodies: [Problem],
  },
  401: { name: 'Unauthorized', description: 'The credential is missing or nobody’s', bodies: [Failure] },
  403: { name: 'Forbidden', description: 'The credential or the origin does not allow this', bodies: [Problem] },
  404: {
    name: 'NotFound',
    description: 'There is no such object, or the path names none',
    bodies: [Problem, Failure],
  },
  405: { name: 'MethodNotAllowed', description: 'The path is that of another operation', bodies: [Problem] },
  409: {
    name: 'Conflict',
    description: 'It contradicts what is stored, such as a name that is taken',
    bodies: [Problem],
  },
  410: { name: 'Gone', description: 'The lease has ended', bodies: [Problem] },
  413: { name: 'TooLarge', description: 'The body is larger than this operation accepts', bodies: [Problem] },
  415: { name: 'UnsupportedMediaType', description: 'The Content-Type names no media type', bodies: [Problem] },
  422: {
    name: 'Invalid',
    description: 'The request does not fit its schema, or a rule that no schema can tell',
    bodies: [ValidationFailure, Problem, Failure],
  },
  423: { name: 'Locked', description: 'All slots are taken; `Retry-After` says when to ask again', bodies: [Problem] },
  429: { name: 'TooManyFailures', description: 'Too many refused credentials from this address', bodies: [Problem] },
  431: { name: 'TooLong', description: 'The path, the query or the headers are too long', bodies: [Problem] },
  503: {
    name: 'Unavailable',
    description: 'The database cannot be reached or is busy; `Retry-After` says when to ask again',
    bodies: [Failure],
  },
}

export type DescribeSchema = (of: TSchema) => JsonObject

/** `components.responses` */
export function sharedAnswers(schema: DescribeSchema): Readonly<Record<string, JsonObject>> {
  return Object.fromEntries(
    Object.values(ANSWERS).map(({ name, description, bodies }) => {
      const [only] = bodies
      const of = bodies.length === 1 && only !== undefined ? schema(only) : { anyOf: bodies.map(schema) }
      return [name, { description, content: { 'application/json': { schema: of } } }] as const
    }),
  )
}

export function answersOf(operation: Operation, schema: DescribeSchema): JsonObject {
  const { status, otherStatuses, response, mediaType } = operation
  const content = response === undefined ? {} : { content: { [mediaType]: { schema: schema(response) } } }
  const good = [status, ...otherStatuses].map((code) => {
    const description = code < 400 ? 'Success' : (ANSWERS[code]?.description ?? 'Refused')
    return [code, { description, ...content }] as const
  })
  const bad = refusalsOf(operation).map((code) => [code, referTo(code)] as const)
  return Object.fromEntries<JsonObject>([...bad, ...good])
}

function referTo(code: number): JsonObject {
  const answer = ANSWERS[code]
  if (answer === undefined) throw new Error(`No answer with status ${code} is described`)
  return { $ref: `#/components/responses/${answer.name}` }
}

/** What the operation names itself, and what the server answers to any operation of its kind. */
function refusalsOf(operation: Operation): readonly number[] {
  const { errors, params, query, body, method, scope } = operation
  const isRead = method === 'GET' || scope === 'read'
  const isChecked = [params, query, body].some((schema) => schema !== undefined)
  const general = [
    ...(operation.anyVersion && body === undefined ? [] : [400]),
    ...(operation.public ? [403] : [401, 403, 429]),
    ...(params === undefined ? [] : [404, 405]),
    // What is written may refer to something that is not there, or contradict something that is.
    ...(isRead ? [] : [404, 409]),
    ...(method === 'GET' ? [] : [413, 415]),
    ...(isChecked ? [422] : []),
    ...(params === undefined && query === undefined ? [] : [431]),
    503,
  ]
  return [...new Set([...errors, ...general])]
}
