import { isRawNumber, type Json, type JsonObject } from '@slipway/contract'
import { isJsonObject, jsonObject } from '../json-object.ts'
import { blockReferenceOf } from './references.ts'

/** What stands in every place of a secret in an answer without `include_secrets`. */
export const OBFUSCATED = '********'

type Path = readonly string[]

/** Paths of `secret_fields`, for example `a`, `a.b`, and `a.*`: everything in `a`. */
function secretPaths(fields: JsonObject): readonly Path[] {
  const declared = fields['secret_fields']
  if (!Array.isArray(declared)) return []
  return declared.filter((path): path is string => typeof path === 'string').map((path) => path.split('.'))
}

/** The data with stars in place of secrets. References to other blocks stay: those hide their own. */
export function obfuscate(data: JsonObject, fields: JsonObject): JsonObject {
  return mapSecrets(data, { paths: secretPaths(fields), change: () => OBFUSCATED, old: undefined })
}

/** Data that a client read obfuscated and sends back: stars in the place of a secret mean that it did not change. */
export function restoreObfuscated(data: JsonObject, old: JsonObject, fields: JsonObject): JsonObject {
  return mapSecrets(data, {
    paths: secretPaths(fields),
    change: (value, before) => (value === OBFUSCATED && before !== undefined ? before : value),
    old,
  })
}

/** All texts that are secret in `data`, for `redact`. */
export function secretTexts(data: JsonObject, fields: JsonObject): readonly string[] {
  const texts: string[] = []
  mapSecrets(data, {
    paths: secretPaths(fields),
    change(value) {
      texts.push(...textsOf(value))
      return value
    },
    old: undefined,
  })
  return texts
}

interface Mapping {
  /** What is left of the secret paths below the value at hand. */
  readonly paths: readonly Path[]
  readonly change: (secret: Json, old: Json | undefined) => Json
  /** The value in the same place of older data. */
  readonly old: Json | undefined
}

function mapSecrets(data: JsonObject, mapping: Mapping): JsonObject {
  return jsonObject(
    Object.entries(data).map(([key, value]) => {
      if (blockReferenceOf(value) !== null) return [key, value] as const
      // A whole field's path begins here and nowhere deeper.
      const paths = mapping.paths.filter(([head]) => head === key || head === '*')
      return [key, mapValue(value, below({ ...mapping, paths }, key, data))] as const
    }),
  )
}

function mapValue(value: Json, mapping: Mapping): Json {
  const { paths, change, old } = mapping
  if (paths.length === 0) return value
  // A null that is secret itself has nothing to hide; below a wildcard even that it is null is hidden.
  if (paths.some((path) => path.length === 0)) return value === null ? value : change(value, old)
  const hasFields = isJsonObject(value) && Object.keys(value).length > 0
  if (!hasFields && paths.some((path) => path[0] === '*')) return change(value, old)
  if (isJsonObject(value)) {
    return jsonObject(Object.entries(value).map(([key, item]) => [key, mapValue(item, below(mapping, key, value))]))
  }
  if (!Array.isArray(value)) return value
  // A list of blocks: the paths hold for each of them.
  return value.map((item: Json, index) => {
    const before: Json | undefined = Array.isArray(old) ? old[index] : undefined
    return mapValue(item, { ...mapping, old: before })
  })
}

/** What holds for the value of `key` in `holder`; a wildcard goes down to everything. */
function below({ paths, change, old }: Mapping, key: string, holder: JsonObject): Mapping {
  const rest = paths.flatMap((path) => {
    const [head = ''] = path
    if (head === '*') return [['*']]
    if (head === key) return [path.slice(1)]
    // For `dict[str, Model]` clients leave the keys of the dict out of the path, so it may go on in any of them.
    return Object.hasOwn(holder, head) ? [] : [path]
  })
  return { paths: rest, change, old: isJsonObject(old) && Object.hasOwn(old, key) ? old[key] : undefined }
}

function textsOf(value: Json): readonly string[] {
  if (typeof value === 'string') return [value]
  if (typeof value === 'number') return [String(value)]
  if (isRawNumber(value)) return [value.rawJSON]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap((item: Json) => textsOf(item))
}
