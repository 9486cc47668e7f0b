import { isRawNumber } from '@slipway/contract'
import { isJsonObject } from '../json-object.ts'

/** JSON seen from inside: what users sent is opaque elsewhere and taken apart only here. Big numbers are `RawNumber`s. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

/** JSON as the rest of the server hands it around. */
export type OpaqueObject = Readonly<Record<string, unknown>>

/** The border: opaque values come from a JSON parser or from our own code, and are JSON by construction. */
export function asJson(value: unknown): Json {
  return value as Json
}

export function asJsonObject(value: OpaqueObject): JsonObject {
  return value as JsonObject
}

/** Numbers that JavaScript would change arrive as `JSON.rawJSON` objects; this is the text of one, or null. */
export function rawNumber(value: Json): string | null {
  return isRawNumber(value) ? value.rawJSON : null
}

/** The number a JSON value stands for, or null. */
export function numberOf(value: Json): number | null {
  if (typeof value === 'number') return value
  const raw = rawNumber(value)
  return raw === null ? null : Number(raw)
}

export function isArray(value: unknown): value is readonly Json[] {
  return Array.isArray(value)
}

export function isObject(value: Json | undefined): value is JsonObject {
  return isJsonObject(value)
}

/** Own properties only: a parameter may be called `constructor` or `__proto__`. */
export function field(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined
}

/** Same keys, other values; `__proto__` stays an ordinary key. */
export function mapValues(object: JsonObject, change: (value: Json, key: string) => Json): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]))
}

/** How many values a JSON value consists of, and how deep they nest; gives up (null) beyond the limits. */
export function measure(value: Json, limits: { readonly nodes: number; readonly depth: number }): number | null {
  let nodes = 0
  function visit(current: Json, depth: number): boolean {
    nodes += 1
    if (nodes > limits.nodes || depth > limits.depth) return false
    if (isArray(current)) return current.every((item) => visit(item, depth + 1))
    return !isObject(current) || Object.values(current).every((item) => visit(item, depth + 1))
  }
  return visit(value, 0) ? nodes : null
}

/** Text that is equal exactly when two JSON values are: 1 is 1.0, true is not 1, the order of keys does not count. */
export function canonical(value: Json): string {
  const number = numberOf(value)
  if (number !== null)
    return Number.isSafeInteger(number) || rawNumber(value) === null ? String(number) : bigText(value)
  if (isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (!isObject(value)) return JSON.stringify(value)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`
}

function bigText(value: Json): string {
  const raw = rawNumber(value) ?? ''
  return /^-?\d+$/.test(raw) ? raw : String(Number(raw))
}
