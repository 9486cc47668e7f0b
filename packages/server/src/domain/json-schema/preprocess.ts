import type { Json, JsonObject } from './plain.ts'
import { field, isArray, isObject, mapValues } from './plain.ts'

/**
 * Schemas made by older pydantic are not draft 2020-12: optional fields do not say that null is fine, tuples use
 * `items`, and a block may be given as a reference. They are mended the way Prefect 3.8 mends them before validating.
 */
export function preprocessSchema(
  schema: JsonObject,
  options: { readonly allow_none_with_default: boolean },
): JsonObject {
  const properties = field(schema, 'properties')
  const definitions = field(schema, 'definitions')
  return {
    ...schema,
    ...(isObject(properties) && { properties: mendProperties(properties, schema, options, 0) }),
    ...(isObject(definitions) && { definitions: mendDefinitions(definitions, options) }),
  }
}

interface Options {
  readonly allow_none_with_default: boolean
}

function mendProperties(properties: JsonObject, owner: JsonObject, options: Options, depth: number): JsonObject {
  const required = field(owner, 'required')
  const names = new Set(required !== undefined && isArray(required) ? required : [])
  return mapValues(properties, (property, key) => {
    if (!isObject(property) || depth > 50) return property
    const nested = field(property, 'properties')
    const mended = mendTuple(names.has(key) ? property : allowNull(property, options))
    return isObject(nested) ? { ...mended, properties: mendProperties(nested, property, options, depth + 1) } : mended
  })
}

function allowNull(property: JsonObject, options: Options): JsonObject {
  const { type, ...rest } = property
  const hasDefault = Object.hasOwn(property, 'default')
  if (type === undefined || type === 'null' || (hasDefault && !options.allow_none_with_default)) return property
  return { ...rest, anyOf: [{ type }, { type: 'null' }] }
}

function mendTuple(property: JsonObject): JsonObject {
  const { items, ...rest } = property
  if (items === undefined || !isArray(items) || items.length === 0 || isArray(field(property, 'prefixItems')))
    return property
  return { ...rest, prefixItems: items }
}

function mendDefinitions(definitions: JsonObject, options: Options): JsonObject {
  const mended = mapValues(definitions, (definition) => {
    const properties = isObject(definition) ? field(definition, 'properties') : undefined
    if (!isObject(definition) || !isObject(properties)) return definition
    return { ...definition, properties: mendProperties(properties, definition, options, 0) }
  })
  const references = Object.values(mended).flatMap((definition): [string, Json][] => {
    if (!isObject(definition) || !Object.hasOwn(definition, 'block_type_slug')) return []
    const title = field(definition, 'title')
    return typeof title === 'string' ? [[title, { oneOf: [definition, BLOCK_REFERENCE] }]] : []
  })
  return { ...mended, ...Object.fromEntries(references) }
}

const BLOCK_REFERENCE: JsonObject = {
  type: 'object',
  properties: {
    $ref: {
      oneOf: [
        { type: 'string', format: 'uuid' },
        { type: 'object', additionalProperties: { type: 'string' }, minProperties: 1 },
      ],
    },
  },
  required: ['$ref'],
}

/** The schema without the key `required` on any level; lists are left as they are. */
export function withoutRequired(schema: JsonObject): JsonObject {
  const kept = Object.entries(schema).filter(([key]) => key !== 'required')
  return Object.fromEntries(kept.map(([key, value]) => [key, isObject(value) ? withoutRequired(value) : value]))
}
