import { isUuid } from '../ids.ts'
import { isRawNumber } from '../lossless-json.ts'
import { parseTimestamp, fromEpochMs } from '../time.ts'
import { parseDuration } from './duration.ts'
import { issue, type Validate, type Wrong } from './issue.ts'
import type { Node } from './node.ts'

/** Beyond this a number that stands for a time is in milliseconds, as pydantic has it (the year 2603 in seconds). */
const MOST_SECONDS = 20_000_000_000
const TRUE_WORDS = new Set(['true', 't', 'yes', 'y', 'on', '1'])
const FALSE_WORDS = new Set(['false', 'f', 'no', 'n', 'off', '0'])
const WHOLE = /^[+-]?\d+(?:\.0*)?$/
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
export const PAGE_LIMIT_ISSUE = 'page_limit'
const COMPACT_UUID = /^[0-9a-f]{32}$/

/** A number from the wire as a plain one; null when it is none. */
function plainNumber(value: unknown): number | null {
  if (typeof value === 'number') return value
  return isRawNumber(value) ? Number(value.rawJSON) : null
}

export function validateInteger(node: Node): Validate {
  const bounds = boundsOf(node)
  return (value, at, issues) => {
    const number = node.strict === true ? plainNumber(value) : numberOf(value, WHOLE)
    const wrong = integerFault(value, number) ?? bounds(number ?? 0)
    if (wrong !== null) issues.push(issue(at, value, wrong))
    return number
  }
}

function integerFault(value: unknown, number: number | null): Wrong | null {
  if (number === null) {
    return typeof value === 'string'
      ? { type: 'int_parsing', msg: 'This must be a whole number; the text cannot be read as one' }
      : { type: 'int_type', msg: 'This must be a whole number' }
  }
  return Number.isInteger(number) ? null : { type: 'int_from_float', msg: 'This must be a whole number' }
}

export function validateNumber(node: Node): Validate {
  const bounds = boundsOf(node)
  return (value, at, issues) => {
    const number = node.strict === true ? plainNumber(value) : numberOf(value, DECIMAL)
    const wrong = floatFault(value, number) ?? bounds(number ?? 0)
    if (wrong !== null) issues.push(issue(at, value, wrong))
    return number
  }
}

function floatFault(value: unknown, number: number | null): Wrong | null {
  if (number === null) {
    return typeof value === 'string'
      ? { type: 'float_parsing', msg: 'This must be a number; the text cannot be read as one' }
      : { type: 'float_type', msg: 'This must be a number' }
  }
  return Number.isFinite(number) ? null : { type: 'finite_number', msg: 'This must be a finite number' }
}

/** Pydantic's lax mode: numbers, truth values, and text that spells a number. */
function numberOf(value: unknown, spelling: RegExp): number | null {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value !== 'string') return plainNumber(value)
  const text = value.trim()
  return spelling.test(text) ? Number(text) : null
}

function boundsOf({ minimum, maximum, exclusiveMinimum, pageLimit }: Node): (number: number) => Wrong | null {
  if (pageLimit !== undefined) return (number) => pageLimitFault(number, pageLimit)
  return (number) => {
    if (minimum !== undefined && number < minimum)
      return { type: 'greater_than_equal', msg: `This must be at least ${minimum}`, ctx: { ge: minimum } }
    if (exclusiveMinimum !== undefined && number <= exclusiveMinimum)
      return { type: 'greater_than', msg: `This must be more than ${exclusiveMinimum}`, ctx: { gt: exclusiveMinimum } }
    if (maximum !== undefined && number > maximum)
      return { type: 'less_than_equal', msg: `This must be at most ${maximum}`, ctx: { le: maximum } }
    return null
  }
}

/** The sentences are the protocol's; the answer consists of them alone. */
function pageLimitFault(number: number, most: number): Wrong | null {
  if (number < 0) return { type: PAGE_LIMIT_ISSUE, msg: 'Invalid limit: must be greater than or equal to 0.' }
  if (number > most) return { type: PAGE_LIMIT_ISSUE, msg: `Invalid limit: must be less than or equal to ${most}.` }
  return null
}

export function validateBoolean({ strict }: Node): Validate {
  return (value, at, issues) => {
    if (typeof value === 'boolean') return value
    if (strict === true) {
      issues.push(issue(at, value, { type: 'bool_type', msg: 'This must be true or false' }))
      return value
    }
    const number = plainNumber(value)
    if (number === 0 || number === 1) return number === 1
    const word = typeof value === 'string' ? value.toLowerCase() : null
    if (word !== null && TRUE_WORDS.has(word)) return true
    if (word !== null && FALSE_WORDS.has(word)) return false
    const type = word === null && number === null ? 'bool_type' : 'bool_parsing'
    issues.push(issue(at, value, { type, msg: 'This must be true or false' }))
    return value
  }
}

export function validateString(node: Node): Validate {
  if (node.format === 'uuid') return validateUuid
  if (node.format === 'date-time') return validateDateTime
  const pattern = node.pattern === undefined ? null : new RegExp(node.pattern, 'u')
  return (value, at, issues) => {
    if (typeof value !== 'string') {
      issues.push(issue(at, value, { type: 'string_type', msg: 'This must be text' }))
      return value
    }
    const wrong = lengthFault(value, node) ?? patternFault(value, pattern)
    if (wrong !== null) issues.push(issue(at, value, wrong))
    return value
  }
}

function lengthFault(text: string, { minLength, maxLength, lengthError }: Node): Wrong | null {
  if (minLength !== undefined && text.length < minLength)
    return {
      type: 'string_too_short',
      msg: `This needs at least ${minLength} characters`,
      ctx: { min_length: minLength },
    }
  // Astral characters count once, as they do in Python; the first comparison saves counting the usual text.
  if (maxLength !== undefined && text.length > maxLength && Array.from(text).length > maxLength) {
    const type = lengthError ?? 'string_too_long'
    return { type, msg: `This may have at most ${maxLength} characters`, ctx: { max_length: maxLength } }
  }
  return null
}

function patternFault(text: string, pattern: RegExp | null): Wrong | null {
  if (pattern === null || pattern.test(text)) return null
  return {
    type: 'string_pattern_mismatch',
    msg: `This must match ${pattern.source}`,
    ctx: { pattern: pattern.source },
  }
}

/** Null when the text is no UUID. */
export function normalUuid(text: string): string | null {
  if (isUuid(text)) return text
  const bare = text
    .toLowerCase()
    .replace(/^urn:uuid:/, '')
    .replace(/^\{(.*)\}$/, '$1')
  const digits = bare.replaceAll('-', '')
  if (!COMPACT_UUID.test(digits) || (bare.length !== 32 && bare.length !== 36)) return null
  const uuid = `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`
  return bare.length === 36 && bare !== uuid ? null : uuid
}

const validateUuid: Validate = (value, at, issues) => {
  if (typeof value !== 'string') {
    issues.push(issue(at, value, { type: 'uuid_type', msg: 'This must be a UUID' }))
    return value
  }
  const uuid = normalUuid(value)
  if (uuid === null) issues.push(issue(at, value, { type: 'uuid_parsing', msg: 'This must be a UUID' }))
  return uuid
}

const validateDateTime: Validate = (value, at, issues) => {
  const moment = momentOf(value)
  if (moment === null) {
    const type = typeof value === 'string' ? 'value_error' : 'datetime_type'
    issues.push(issue(at, value, { type, msg: 'This must be a date and time, such as 2030-01-31T12:00:00Z' }))
  }
  return moment
}

function momentOf(value: unknown): string | null {
  const number = typeof value === 'string' && !DECIMAL.test(value) ? null : numberOf(value, DECIMAL)
  if (number === null || typeof value === 'boolean') return typeof value === 'string' ? parseTimestamp(value) : null
  const ms = Math.abs(number) > MOST_SECONDS ? number : number * 1_000
  const outside = !Number.isFinite(ms) || Number.isNaN(new Date(ms).getTime())
  return outside ? null : parseTimestamp(fromEpochMs(ms))
}

export const validateDuration: Validate = (value, at, issues) => {
  const seconds = typeof value === 'string' ? parseDuration(value) : plainNumber(value)
  if (seconds === null || !Number.isFinite(seconds)) {
    const type = typeof value === 'string' ? 'time_delta_parsing' : 'time_delta_type'
    issues.push(issue(at, value, { type, msg: 'This must be a duration: seconds, PT1H30M or 01:30:00' }))
  }
  return seconds
}

export function validateEnum({ enum: values = [], literal = false }: Node): Validate {
  const known = new Set(values)
  const expected = values.map((value) => `'${String(value)}'`).join(', ')
  const type = literal ? 'literal_error' : 'enum'
  return (value, at, issues) => {
    if (!known.has(value))
      issues.push(issue(at, value, { type, msg: `This must be one of ${expected}`, ctx: { expected } }))
    return value
  }
}

export function validateConst({ const: word }: Node): Validate {
  const expected = `'${String(word)}'`
  return (value, at, issues) => {
    if (value !== word)
      issues.push(issue(at, value, { type: 'literal_error', msg: `This must be ${expected}`, ctx: { expected } }))
    return value
  }
}
