import type { Json, JsonObject } from '@slipway/contract'

/** How a value is typed in. Whatever has no field of its own is edited as JSON. */
export type FieldKind = 'text' | 'secret' | 'integer' | 'number' | 'boolean' | 'choice' | 'date-time' | 'json'

export interface FormField {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly kind: FieldKind
  readonly choices: readonly string[]
  readonly required: boolean
  readonly nullable: boolean
  /** What stands in the field at first; null means "no value". */
  readonly initial: string | null
}

/** What people typed, by field: text as it is, null for "no value". It survives every error. */
export type Typed = Readonly<Record<string, string | null>>

export type Complaints = Readonly<Record<string, string>>

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function resolve(schema: JsonObject, root: JsonObject): JsonObject {
  const ref = schema['$ref']
  const name = typeof ref === 'string' ? /^#\/(definitions|\$defs)\/(.+)$/.exec(ref) : null
  const pool = name?.[1] === undefined ? undefined : root[name[1]]
  const found = isObject(pool) && name?.[2] !== undefined ? pool[name[2]] : undefined
  if (isObject(found)) return { ...found, ...without(schema, '$ref') }
  const all = schema['allOf']
  const [only] = Array.isArray(all) ? (all as readonly Json[]) : []
  if (isObject(only) && Array.isArray(all) && all.length === 1)
    return { ...resolve(only, root), ...without(schema, 'allOf') }
  return schema
}

function without(schema: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== key))
}

/** One alternative that is not null, and whether null was another. */
function unwrapNull(schema: JsonObject, root: JsonObject): { readonly schema: JsonObject; readonly nullable: boolean } {
  const any = schema['anyOf'] ?? schema['oneOf']
  if (!Array.isArray(any)) return { schema, nullable: false }
  const options = (any as readonly Json[]).filter(isObject)
  const rest = options.filter(({ type }) => type !== 'null')
  const [only] = rest
  if (rest.length !== 1 || only === undefined) return { schema, nullable: rest.length < options.length }
  return {
    schema: { ...resolve(only, root), ...without(without(schema, 'anyOf'), 'oneOf') },
    nullable: rest.length < options.length,
  }
}

function kindOf(schema: JsonObject, isSecret: boolean): FieldKind {
  const { type, format, writeOnly } = schema
  if (Array.isArray(schema['enum']) && (schema['enum'] as readonly Json[]).every((each) => typeof each === 'string'))
    return 'choice'
  if (type === 'integer' || type === 'number' || type === 'boolean') return type
  if (type !== 'string') return 'json'
  if (isSecret || writeOnly === true || format === 'password') return 'secret'
  return format === 'date-time' ? 'date-time' : 'text'
}

function toText(value: Json | undefined, kind: FieldKind): string | null {
  if (value === undefined || value === null) return null
  return kind === 'json' ? JSON.stringify(value, null, 2) : typeof value === 'string' ? value : JSON.stringify(value)
}

/** The fields of an object schema in their declared order; `values` go before the schema's defaults. */
export function fieldsOf(root: JsonObject, values: JsonObject = {}): readonly FormField[] {
  const { properties, required, secret_fields } = root
  const needed = new Set(Array.isArray(required) ? (required as readonly Json[]) : [])
  const secrets = new Set(Array.isArray(secret_fields) ? (secret_fields as readonly Json[]) : [])
  if (!isObject(properties)) return []
  const fields = Object.entries(properties).flatMap(([name, given], index) => {
    if (!isObject(given)) return []
    const { schema, nullable } = unwrapNull(resolve(given, root), root)
    const kind = kindOf(schema, secrets.has(name))
    const { title, description, position } = schema
    const field: FormField = {
      name,
      title: typeof title === 'string' ? title : name,
      description: typeof description === 'string' ? description : '',
      kind,
      choices: kind === 'choice' ? (schema['enum'] as readonly string[]) : [],
      required: needed.has(name),
      nullable,
      initial: toText(Object.hasOwn(values, name) ? values[name] : schema['default'], kind),
    }
    return [{ field, order: typeof position === 'number' ? position : index }]
  })
  return fields.toSorted((a, b) => a.order - b.order).map(({ field }) => field)
}

/** The schema with a property for each value that it does not name: not every flow declares its parameters. */
export function withUndeclared(root: JsonObject, values: JsonObject): JsonObject {
  const properties = isObject(root['properties']) ? root['properties'] : {}
  const missing = Object.keys(values).filter((name) => !Object.hasOwn(properties, name))
  const guessed = missing.map((name) => [name, { type: guessType(values[name]) }] as const)
  return { ...root, properties: { ...properties, ...Object.fromEntries(guessed) } }
}

function guessType(value: Json | undefined): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return typeof value
  return 'object'
}

export function initialTyped(fields: readonly FormField[]): Typed {
  return Object.fromEntries(fields.map(({ name, initial }) => [name, initial]))
}

function readField({ kind, title }: FormField, text: string): { readonly value: Json } | { readonly error: string } {
  switch (kind) {
    case 'text':
    case 'secret':
    case 'choice':
    case 'date-time':
      return { value: text }
    case 'boolean':
      return { value: text === 'true' }
    case 'integer':
      return /^[+-]?\d+$/.test(text.trim()) ? { value: Number(text) } : { error: `${title} is a whole number.` }
    case 'number': {
      const value = Number(text)
      return text.trim() === '' || Number.isNaN(value) ? { error: `${title} is a number.` } : { value }
    }
    case 'json':
      return readJson(text)
  }
}

export function readJson(text: string): { readonly value: Json } | { readonly error: string } {
  try {
    return { value: JSON.parse(text) as Json }
  } catch (error) {
    return { error: `This is not JSON: ${error instanceof Error ? error.message : String(error)}` }
  }
}

/** The values, or a reason at each field that has none. Empty fields that nobody needs are left out. */
export function readTyped(
  fields: readonly FormField[],
  typed: Typed,
): { readonly values: JsonObject; readonly complaints: Complaints } {
  const values: Record<string, Json> = {}
  const complaints: Record<string, string> = {}
  for (const field of fields) {
    const text = typed[field.name] ?? null
    if (text === null || (text === '' && field.kind !== 'text')) {
      if (field.required && !field.nullable) complaints[field.name] = `${field.title} is needed.`
      else if (field.nullable && field.initial !== null) values[field.name] = null
      continue
    }
    const read = readField(field, text)
    if ('error' in read) complaints[field.name] = read.error
    else values[field.name] = read.value
  }
  return { values, complaints }
}
