import { createHash } from 'node:crypto'
import type { Json, JsonObject } from '@slipway/contract'
import { isJsonObject, jsonObject } from '../json-object.ts'
import { pythonJson } from './python-json.ts'

/**
 * The checksum by which Prefect's client recognises the schema of a block, byte for byte.
 * A server that computes another one makes every save register a new schema.
 * `fields` must come from `parseLossless`, as 1.0 and 1 give different sums.
 */
export function blockSchemaChecksum(fields: JsonObject): string {
  const counted = withoutSecretFields(fields)
  const definitions = isJsonObject(counted) ? counted['definitions'] : undefined
  const hashed =
    isJsonObject(counted) && isJsonObject(definitions) && Object.keys(definitions).length > 0
      ? withDefinitions(counted, nonBlockDefinitions(counted))
      : counted
  // The client hashes the arguments of a call: a list of the one positional argument, and no named ones.
  return `sha256:${createHash('sha256')
    .update(pythonJson([[hashed], {}]), 'ascii')
    .digest('hex')}`
}

/**
 * The definitions that something refers to and that are not blocks. Blocks are left out because
 * `block_schema_references` names them by their own checksums; an empty definition counts as none.
 */
export function nonBlockDefinitions(fields: JsonObject): JsonObject {
  const definitions = fields['definitions']
  if (!isJsonObject(definitions)) return {}
  const referenced = new Set(definitionReferences(fields))
  return jsonObject(
    Object.entries(definitions).filter(([name, definition]) => {
      if (!referenced.has(name) || !isJsonObject(definition)) return false
      return Object.keys(definition).length > 0 && (definition['block_type_slug'] ?? null) === null
    }),
  )
}

function withDefinitions(fields: JsonObject, definitions: JsonObject): JsonObject {
  const { definitions: _, ...rest } = fields
  return Object.keys(definitions).length === 0 ? rest : { ...rest, definitions }
}

/** Objects in lists keep theirs: so does the client. */
function withoutSecretFields(value: Json): Json {
  if (!isJsonObject(value)) return value
  return jsonObject(
    Object.entries(value)
      .filter(([key]) => key !== 'secret_fields')
      .map(([key, item]) => [key, withoutSecretFields(item)]),
  )
}

/** Names of all definitions that `$ref`s anywhere in `value` point to. */
export function definitionReferences(value: Json): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item: Json) => definitionReferences(item))
  if (!isJsonObject(value)) return []
  const reference = value['$ref']
  const own = typeof reference === 'string' ? [reference.replaceAll('#/definitions/', '')] : []
  return [...own, ...Object.values(value).flatMap((item) => definitionReferences(item))]
}
