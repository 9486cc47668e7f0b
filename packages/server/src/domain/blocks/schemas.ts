import type { Json, JsonObject } from '@slipway/contract'
import { definitionReferences } from './checksum.ts'
import { isJsonObject } from '../json-object.ts'

/** A block inside a block, as the outer schema declares it. */
export interface NestedSchema {
  /** The field that holds the inner block. */
  readonly name: string
  readonly block_type_slug: string
  readonly block_schema_checksum: string
  /** Fields of the inner schema, complete in itself; null when `definitions` does not have it. */
  readonly fields: JsonObject | null
}

/** What a client reads: everything that was registered, and always the map of nested blocks. */
export function schemaFieldsForRead(fields: JsonObject): JsonObject {
  const references = fields['block_schema_references']
  return { ...fields, block_schema_references: isJsonObject(references) ? references : {} }
}

/** Nested blocks of a schema that is being registered; a union has several under one name. */
export function nestedSchemas(fields: JsonObject): readonly NestedSchema[] {
  const references = fields['block_schema_references']
  if (!isJsonObject(references)) return []
  return Object.entries(references).flatMap(([name, value]) => {
    const list: readonly Json[] = Array.isArray(value) ? value : [value]
    return list.flatMap((entry) => {
      if (!isJsonObject(entry)) return []
      const { block_type_slug, block_schema_checksum } = entry
      if (typeof block_type_slug !== 'string' || typeof block_schema_checksum !== 'string') return []
      return [{ name, block_type_slug, block_schema_checksum, fields: innerFields(fields, name, block_type_slug) }]
    })
  })
}

/** The definition of one nested block, with those definitions of the outer schema that it refers to itself. */
function innerFields(outer: JsonObject, name: string, block_type_slug: string): JsonObject | null {
  const { properties, definitions } = outer
  if (!isJsonObject(definitions) || !isJsonObject(properties)) return null
  const inner = definitionReferences(properties[name] ?? null)
    .map((key) => definitions[key])
    .find((definition) => isJsonObject(definition) && definition['block_type_slug'] === block_type_slug)
  if (!isJsonObject(inner)) return null
  const needed = reachable(inner, definitions)
  return needed.length === 0 ? inner : { ...inner, definitions: Object.fromEntries(needed) }
}

function reachable(start: JsonObject, definitions: JsonObject): readonly (readonly [string, Json])[] {
  const found = new Map<string, Json>()
  const pending = [...definitionReferences(start)]
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const definition = Object.hasOwn(definitions, name) ? definitions[name] : undefined
    if (definition === undefined || found.has(name)) continue
    found.set(name, definition)
    pending.push(...definitionReferences(definition))
  }
  return [...found]
}
