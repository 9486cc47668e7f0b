import { isRawNumber, type Json, type JsonObject } from '@slipway/contract'

/** An object of JSON; a number that was kept as written is none, though JavaScript calls it one. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value)
}

/** `Object.fromEntries` with the type that its callers mean; a key `__proto__` stays an ordinary key. */
export function jsonObject(entries: Iterable<readonly [string, Json]>): JsonObject {
  return Object.fromEntries(entries)
}
