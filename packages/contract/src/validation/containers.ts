import { isRawNumber } from '../lossless-json.ts'
import { issue, within, type Issue, type Place, type Validate } from './issue.ts'
import type { Node } from './node.ts'

interface Field {
  readonly key: string
  readonly validate: Validate
  readonly required: boolean
  /** Undefined: the key stays away when the request leaves it out. */
  readonly fallback: unknown
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value)
}

const MISSING = { type: 'missing', msg: 'This is required' }
const NOT_ALLOWED = { type: 'extra_forbidden', msg: 'There is no such key here' }

function fieldsOf(node: Node, compile: (node: Node) => Validate): Field[] {
  const required = new Set(node.required)
  return Object.entries(node.properties ?? {}).map(([key, property]) => ({
    key,
    validate: compile(property),
    required: required.has(key),
    // A word that is always the same need not be sent.
    fallback: property.default === undefined && required.has(key) ? property.const : property.default,
  }))
}

export function validateProperties(node: Node, compile: (node: Node) => Validate): Validate {
  const fields = fieldsOf(node, compile)
  const known = new Set([...fields.map(({ key }) => key), ...(node.dropped ?? [])])
  return (value, at, issues) => {
    if (!isObject(value)) {
      issues.push(issue(at, value, { type: 'model_attributes_type', msg: 'This must be an object' }))
      return value
    }
    const result: Record<string, unknown> = {}
    for (const field of fields) {
      if (Object.hasOwn(value, field.key))
        result[field.key] = field.validate(value[field.key], within(at, field.key), issues)
      else absent(field, { result, parent: value, at, issues })
    }
    if (node.additionalProperties !== undefined) others(node, known, { value, result, at, issues })
    return result
  }
}

function absent(
  { key, required, fallback }: Field,
  { result, parent, at, issues }: { result: Record<string, unknown>; parent: unknown; at: Place; issues: Issue[] },
): void {
  if (fallback !== undefined) result[key] = fresh(fallback)
  else if (required) issues.push(issue(within(at, key), parent, MISSING))
}

/** Keys that the schema does not name: refused, or kept when it says so. */
function others(
  { additionalProperties }: Node,
  known: ReadonlySet<string>,
  given: { value: Readonly<Record<string, unknown>>; result: Record<string, unknown>; at: Place; issues: Issue[] },
): void {
  for (const key of Object.keys(given.value)) {
    if (known.has(key)) continue
    if (additionalProperties === false) given.issues.push(issue(within(given.at, key), given.value[key], NOT_ALLOWED))
    else setOwn(given.result, key, given.value[key])
  }
}

/** Assignment would run the setter of `__proto__`. */
function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })
}

/** A default is data: each request gets its own copy. */
function fresh(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? structuredClone(value) : value
}

/** A body that is declared field by field: unknown keys are ignored, an explicit null means the default, and none at all is `{}`. */
export function validateEmbedded(node: Node, compile: (node: Node) => Validate): Validate {
  const fields = fieldsOf(node, compile)
  return (value, at, issues) => {
    const result: Record<string, unknown> = {}
    const none = value === undefined || value === null
    for (const field of fields) {
      const given = isObject(value) && Object.hasOwn(value, field.key) ? value[field.key] : null
      if (given !== null) result[field.key] = field.validate(given, within(at, field.key), issues)
      else if (none || isObject(value)) absent(field, { result, parent: null, at, issues })
      else issues.push(issue(within(at, field.key), null, MISSING))
    }
    return result
  }
}

export function validateMap(item: Validate): Validate {
  return (value, at, issues) => {
    if (!isObject(value)) {
      issues.push(issue(at, value, { type: 'dict_type', msg: 'This must be an object' }))
      return value
    }
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, item(entry, within(at, key), issues)]))
  }
}

/** What is inside is the user's own: it goes through untouched. */
export const validateOpaqueObject: Validate = (value, at, issues) => {
  if (!isObject(value)) issues.push(issue(at, value, { type: 'dict_type', msg: 'This must be an object' }))
  return value
}

export function validateArray(node: Node, item: Validate): Validate {
  const wrongType = node.wrongType ?? (node.set === true ? 'set_type' : 'list_type')
  return (value, at, issues) => {
    if (!Array.isArray(value)) {
      issues.push(issue(at, value, { type: wrongType, msg: 'This must be an array' }))
      return value
    }
    if (node.maxItems !== undefined && value.length > node.maxItems) {
      const msg = `This may have at most ${node.maxItems} items`
      issues.push(issue(at, value, { type: 'too_long', msg, ctx: { max_length: node.maxItems } }))
      return []
    }
    const items = value.map((entry: unknown, index) => item(entry, within(at, index), issues))
    return node.set === true ? [...new Set(items)] : items
  }
}
