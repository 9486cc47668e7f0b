/** JSON as it comes from the wire; everything the emulator reads was parsed, never trusted. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Drops what is undefined, so that an absent field is absent on the wire too. */
export function compact(entries: Readonly<Record<string, Json | undefined>>): JsonObject {
  const kept: Record<string, Json> = {}
  for (const [key, value] of Object.entries(entries)) if (value !== undefined) kept[key] = value
  return kept
}

export function textOf(object: JsonObject, key: string): string | undefined {
  const value = object[key]
  return typeof value === 'string' ? value : undefined
}

export function numberOf(object: JsonObject, key: string): number | undefined {
  const value = object[key]
  return typeof value === 'number' ? value : undefined
}

export function objectOf(object: JsonObject, key: string): JsonObject | undefined {
  const value = object[key]
  return isObject(value) ? value : undefined
}

/** The objects of a list; an absent list is empty. */
export function objectsOf(object: JsonObject, key: string): readonly JsonObject[] {
  const value = object[key]
  return Array.isArray(value) ? value.filter(isObject) : []
}

export function textsOf(object: JsonObject, key: string): readonly string[] {
  const value = object[key]
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

/** A map of strings, such as labels. */
export function stringMapOf(object: JsonObject, key: string): Readonly<Record<string, string>> {
  const map: Record<string, string> = {}
  for (const [name, value] of Object.entries(objectOf(object, key) ?? {})) {
    if (typeof value === 'string') map[name] = value
  }
  return map
}
