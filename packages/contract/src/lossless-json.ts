import type { Json } from './json.ts'

/**
 * Users' JSON must leave as it came, but `JSON.parse` turns 1.0 into 1 and rounds integers beyond 2^53.
 * `parseLossless` keeps such numbers as `JSON.rawJSON` objects, which `JSON.stringify` prints unchanged.
 */
export interface RawNumber {
  readonly rawJSON: string
}

/** The part of ECMAScript's "JSON.parse source text access" that Node has and TypeScript's library does not describe yet. */
interface SourceTextJson {
  parse(text: string, reviver?: (key: string, value: unknown, context: { readonly source?: string }) => unknown): Json
  rawJSON(text: string): RawNumber
  isRawJSON(value: unknown): value is RawNumber
}

function sourceTextJson(): SourceTextJson {
  return JSON as unknown as SourceTextJson
}

export function isRawNumber(value: unknown): value is RawNumber {
  return sourceTextJson().isRawJSON(value)
}

/** Throws `SyntaxError` like `JSON.parse`. */
export function parseLossless(text: string): Json {
  const json = sourceTextJson()
  if (!hasUnsafeNumbers(text)) return json.parse(text)
  return json.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source ? json.rawJSON(source) : value,
  )
}

/** The same value with ordinary numbers, for code that calculates or validates. */
export function toPlain(value: Json): Json {
  if (value === null || typeof value !== 'object') return value
  if (isRawNumber(value)) return Number(value.rawJSON)
  if (Array.isArray(value)) return value.map((item: Json) => toPlain(item))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toPlain(item)]))
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const MINUS = 0x2d
const ZERO = 0x30
const NINE = 0x39
/** Integers of at most this many digits print as they were written. */
const SAFE_DIGITS = 15

/** Whether the text holds a number that `JSON.stringify(JSON.parse(text))` would print differently. One pass, no allocation for the usual text. */
export function hasUnsafeNumbers(text: string): boolean {
  let at = 0
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfString(text, at)
    else if (code === MINUS || (code >= ZERO && code <= NINE)) {
      const end = endOfNumber(text, at)
      if (!isSafeNumber(text, at, end)) return true
      at = end
    } else at += 1
  }
  return false
}

/** The position after the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  let quote = text.indexOf('"', start + 1)
  while (quote !== -1) {
    let first = quote
    while (text.charCodeAt(first - 1) === BACKSLASH) first -= 1
    if ((quote - first) % 2 === 0) return quote + 1
    quote = text.indexOf('"', quote + 1)
  }
  return text.length
}

function endOfNumber(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && isNumberPart(text.charCodeAt(at))) at += 1
  return at
}

/** Digits, and `+ - . E e`. */
function isNumberPart(code: number): boolean {
  return (
    (code >= ZERO && code <= NINE) || code === 0x2b || code === MINUS || code === 0x2e || code === 0x45 || code === 0x65
  )
}

function isSafeNumber(text: string, start: number, end: number): boolean {
  if (text.charCodeAt(start) !== MINUS && end - start <= SAFE_DIGITS) {
    let at = start
    while (at < end && text.charCodeAt(at) >= ZERO && text.charCodeAt(at) <= NINE) at += 1
    if (at === end) return true
  }
  const source = text.slice(start, end)
  return String(Number(source)) === source
}
