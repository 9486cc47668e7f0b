/**
 * Checks JSON against the published definition by the rules of proto3's JSON mapping, as Google's front end does:
 * unknown names, wrong types and broken enums are refused; null is absence; what only the server may set is ignored.
 * What comes out is canonical: camelCase names, enums by name, 64-bit integers as strings.
 */
import type { ApiDefinition, Field, Message } from './api-definition.ts'
import { type Json, type JsonObject, isObject } from './json.ts'

export interface FieldViolation {
  readonly field: string
  readonly description: string
}

export interface Validated {
  readonly value: JsonObject
  readonly violations: readonly FieldViolation[]
}

const MAX_DEPTH = 100
const DURATION = /^-?\d{1,12}(?:\.\d{1,9})?s$/
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/
const INTEGERS: Readonly<Record<string, readonly [bigint, bigint]>> = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
}

const toSnake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
const toCamel = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

export function validateMessage(definition: ApiDefinition, message: string, input: JsonObject): Validated {
  const violations: FieldViolation[] = []
  const reader = createReader(definition, violations)
  return { value: reader(definition.message(message), input, '', 0), violations }
}

/** The field that a client means by a name: Google accepts `taskCount` and `task_count` alike. */
export function findField(message: Message, name: string): Field | undefined {
  return message.fields.get(name) ?? (name.includes('_') ? message.fields.get(toCamel(name)) : undefined)
}

type MessageReader = (message: Message, input: JsonObject, path: string, depth: number) => JsonObject

/** Every function notes what is wrong in `violations` and leaves it out of what it returns. */
function createReader(definition: ApiDefinition, violations: FieldViolation[]): MessageReader {
  function readMessage(message: Message, input: JsonObject, path: string, depth: number): JsonObject {
    const value: Record<string, Json> = {}
    const taken = new Set<string>()
    if (depth > MAX_DEPTH) {
      violations.push({ field: path, description: 'Message too deep. Max recursion depth reached.' })
      return value
    }
    for (const [name, given] of Object.entries(input)) {
      const field = findField(message, name)
      if (field === undefined) violations.push(unknownName(name, path))
      if (field === undefined || given === null || field.isOutputOnly) continue
      const at = join(path, field)
      const read = readField(field, given, at, depth)
      if (read === undefined) continue
      if (field.oneof !== null && taken.has(field.oneof)) {
        const description = `Invalid value at '${path}' (oneof), oneof field '${toSnake(field.oneof)}' is already set. Cannot set '${field.name}'`
        violations.push({ field: at, description })
      }
      if (field.oneof !== null) taken.add(field.oneof)
      value[field.name] = read
    }
    requireFields(message, value, path)
    return value
  }

  function requireFields(message: Message, value: JsonObject, path: string): void {
    for (const field of message.fields.values()) {
      const given = value[field.name]
      const isMissing = given === undefined || given === '' || (Array.isArray(given) && given.length === 0)
      const at = join(path, field)
      // A field that was there but wrong has its own, better message.
      if (!field.isRequired || !isMissing || violations.some((violation) => violation.field.startsWith(at))) continue
      violations.push({ field: at, description: `${at}: missing required field.` })
    }
  }

  function readField(field: Field, given: Json, at: string, depth: number): Json | undefined {
    if (field.isMap) {
      if (!isObject(given)) return refuse(at, 'Map', given)
      const map: Record<string, Json> = {}
      for (const [key, item] of Object.entries(given)) {
        const read = readValue(field, item, `${at}[${JSON.stringify(key)}]`, depth)
        if (read !== undefined) map[key] = read
      }
      return map
    }
    if (!field.isRepeated) {
      if (!Array.isArray(given)) return readValue(field, given, at, depth)
      const description = `Invalid JSON payload received. Unknown name "${field.name}" at '${at}': Proto field is not repeating, cannot start list.`
      violations.push({ field: at, description })
      return undefined
    }
    if (!Array.isArray(given)) return refuse(at, 'List', given)
    const items: Json[] = []
    for (const [index, item] of given.entries()) {
      const read = readValue(field, item, `${at}[${index}]`, depth)
      if (read !== undefined) items.push(read)
    }
    return items
  }

  function readValue(field: Field, given: Json, at: string, depth: number): Json | undefined {
    const { kind, name } = field.type
    if (kind === 'scalar') return readScalar(name, given) ?? refuse(at, `TYPE_${name.toUpperCase()}`, given)
    const type = `type.googleapis.com/${name}`
    if (kind === 'enum') {
      const { names, numbers } = definition.enumType(name)
      const value = typeof given === 'number' ? names.get(given) : given
      return typeof value === 'string' && numbers.has(value) ? value : refuse(at, type, given)
    }
    if (name === 'google.protobuf.Duration') {
      if (typeof given === 'string' && DURATION.test(given)) return given
      const why = typeof given === 'string' && !given.endsWith('s') ? "; duration must end with 's'" : ''
      const description = `Invalid value at '${at}' (${type}), Field '${field.name}', Illegal duration format${why}`
      violations.push({ field: at, description })
      return undefined
    }
    if (name === 'google.protobuf.Timestamp') {
      const isTime = typeof given === 'string' && TIMESTAMP.test(given) && !Number.isNaN(Date.parse(given))
      return isTime ? given : refuse(at, type, given)
    }
    return isObject(given) ? readMessage(definition.message(name), given, at, depth + 1) : refuse(at, type, given)
  }

  function refuse(at: string, type: string, given: Json): undefined {
    const shown = JSON.stringify(given)
    const short = shown.length > 200 ? `${shown.slice(0, 200)}…` : shown
    violations.push({ field: at, description: `Invalid value at '${at}' (${type}), ${short}` })
    return undefined
  }

  return readMessage
}

const join = (path: string, field: Field): string =>
  path === '' ? toSnake(field.name) : `${path}.${toSnake(field.name)}`

function unknownName(name: string, path: string): FieldViolation {
  const where = path === '' ? '' : ` at '${path}'`
  return {
    field: path,
    description: `Invalid JSON payload received. Unknown name "${name}"${where}: Cannot find field.`,
  }
}

/** Undefined when the value is not of the type. */
function readScalar(type: string, given: Json): Json | undefined {
  const range = INTEGERS[type]
  if (range !== undefined) return readInteger(range, type.endsWith('64'), given)
  if (type === 'string') return typeof given === 'string' ? given : undefined
  if (type === 'bool') return typeof given === 'boolean' ? given : undefined
  if (type === 'bytes') return typeof given === 'string' && /^[A-Za-z0-9+/_-]*={0,2}$/.test(given) ? given : undefined
  if (type === 'float' || type === 'double') {
    const value = typeof given === 'string' && given.trim() !== '' ? Number(given) : given
    return typeof value === 'number' && Number.isFinite(value) ? value : undefined
  }
  throw new Error(`No rule for the scalar type ${type}`)
}

/** Whole numbers, or text that holds one. */
function readInteger([least, most]: readonly [bigint, bigint], isLong: boolean, given: Json): Json | undefined {
  const isNumber = typeof given === 'number' && Number.isInteger(given)
  const isText = typeof given === 'string' && /^-?\d{1,20}$/.test(given)
  if (!isNumber && !isText) return undefined
  const value = BigInt(given)
  if (value < least || value > most) return undefined
  return isLong ? value.toString() : Number(value)
}
