/** Google's generated REST clients ask for enums as numbers (`$alt=json;enum-encoding=int`); this is how they get them. */
import type { ApiDefinition } from '../api-definition.ts'
import { type Json, type JsonObject, isObject } from '../json.ts'

const ANY_PREFIX = 'type.googleapis.com/'

export const wantsEnumNumbers = (query: URLSearchParams): boolean =>
  ['alt', '$alt'].some((name) => query.get(name)?.includes('enum-encoding=int') === true)

export function encodeEnums(definition: ApiDefinition, message: string, value: JsonObject): JsonObject {
  if (message === 'google.protobuf.Any') {
    const { '@type': type, ...rest } = value
    if (typeof type !== 'string') return value
    return { '@type': type, ...encodeEnums(definition, type.slice(ANY_PREFIX.length), rest) }
  }
  const { fields } = definition.message(message)
  const encoded: Record<string, Json> = {}
  for (const [name, given] of Object.entries(value)) {
    const type = fields.get(name)?.type
    const one = (item: Json): Json => {
      if (type?.kind === 'enum' && typeof item === 'string')
        return definition.enumType(type.name).numbers.get(item) ?? item
      return type?.kind === 'message' && isObject(item) ? encodeEnums(definition, type.name, item) : item
    }
    encoded[name] = Array.isArray(given) ? given.map((item: Json) => one(item)) : one(given)
  }
  return encoded
}
