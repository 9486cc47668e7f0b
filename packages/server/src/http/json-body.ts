import { isRawNumber, parseLossless, type Issue } from '@slipway/contract'
import { problem } from '../errors.ts'

/** PostgreSQL, `JSON.stringify` and Python all recurse; beyond this none of them is asked to. */
const MOST_NESTING = 400
/** NUL and halves of surrogate pairs can only come as escapes: JSON forbids the one in plain, UTF-8 the other. */
const UNSTORABLE = /\\u(?:0000|[dD][89a-fA-F])/
const BRACKETS_AND_QUOTES = /["[\]{}]/g

export interface JsonBody {
  /** Undefined when the request has no body. Numbers that JavaScript would change are `JSON.rawJSON` objects. */
  readonly value: unknown
  readonly issues: readonly Issue[]
}

/** Reads a request's body as Prefect's server does: anything without a content type is JSON, anything else is text. */
export function readBody(payload: Buffer | undefined, contentType: string | undefined): JsonBody {
  if (payload === undefined || payload.length === 0) return { value: undefined, issues: [] }
  const text = decode(payload)
  return isJson(contentType) ? readJson(text) : { value: text, issues: [] }
}

function isJson(contentType: string | undefined): boolean {
  if (contentType === undefined || contentType === '') return true
  const [mediaType = ''] = contentType.split(';')
  return /^application\/(?:json|[\w.-]+\+json)$/i.test(mediaType.trim())
}

/** Strips a byte order mark too. */
function decode(payload: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(payload)
  } catch (error) {
    if (error instanceof TypeError) throw problem(400, 'There was an error parsing the body')
    throw error
  }
}

function readJson(text: string): JsonBody {
  if (nestsTooDeeply(text)) {
    const msg = `This nests more than ${MOST_NESTING} objects and arrays`
    return { value: undefined, issues: [{ type: 'value_error', loc: ['body'], msg, input: null }] }
  }
  try {
    const value = parseLossless(text)
    return { value, issues: UNSTORABLE.test(text) ? unstorable(value, ['body']) : [] }
  } catch (error) {
    if (error instanceof SyntaxError) return { value: text, issues: [jsonIssue(error, text)] }
    throw error
  }
}

function jsonIssue({ message }: SyntaxError, text: string): Issue {
  const [, position] = /at position (\d+)/.exec(message) ?? []
  const at = position === undefined ? text.length : Number(position)
  return { type: 'json_invalid', loc: ['body', at], msg: 'This is not valid JSON', input: {}, ctx: { error: message } }
}

function nestsTooDeeply(text: string): boolean {
  let depth = 0
  BRACKETS_AND_QUOTES.lastIndex = 0
  for (let found = BRACKETS_AND_QUOTES.exec(text); found !== null; found = BRACKETS_AND_QUOTES.exec(text)) {
    const [mark] = found
    if (mark === '"') BRACKETS_AND_QUOTES.lastIndex = afterString(text, found.index)
    else depth += mark === '[' || mark === '{' ? 1 : -1
    if (depth > MOST_NESTING) return true
  }
  return false
}

function afterString(text: string, start: number): number {
  let at = text.indexOf('"', start + 1)
  while (at !== -1 && isEscaped(text, at)) at = text.indexOf('"', at + 1)
  return at === -1 ? text.length : at + 1
}

function isEscaped(text: string, at: number): boolean {
  let first = at
  while (text[first - 1] === '\\') first -= 1
  return (at - first) % 2 === 1
}

/** Text that the database refuses, wherever it is. */
function unstorable(value: unknown, loc: readonly (string | number)[]): Issue[] {
  if (typeof value === 'string') return isStorable(value) ? [] : [unstorableIssue(loc)]
  if (typeof value !== 'object' || value === null || isRawNumber(value)) return []
  if (Array.isArray(value)) return value.flatMap((item: unknown, index) => unstorable(item, [...loc, index]))
  return Object.entries(value).flatMap(([key, item]: [string, unknown]) =>
    isStorable(key) ? unstorable(item, [...loc, key]) : [unstorableIssue(loc)],
  )
}

export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\u0000')
}

export function unstorableIssue(loc: readonly (string | number)[]): Issue {
  const msg = 'NUL characters and halves of surrogate pairs cannot be stored'
  return { type: 'string_unicode', loc, msg, input: null }
}
