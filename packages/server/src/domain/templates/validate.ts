import type { PatternCache } from '../json-schema/patterns.ts'
import {
  asJson,
  asJsonObject,
  field,
  isObject,
  measure,
  type Json,
  type JsonObject,
  type OpaqueObject,
} from '../json-schema/plain.ts'
import { pythonRepr } from '../json-schema/python-repr.ts'
import { checkSchema, firstError, validate, type ValidationInput, type Validity } from '../json-schema/validate.ts'
import { findPlaceholders } from './placeholders.ts'

/** The answer to a caller whose template or variables are wrong. */
export interface Refusal {
  readonly status: 404 | 409 | 422
  readonly detail: string
  /** The block that a default refers to and that is not there. */
  readonly block_document_id?: string
}

/** What is wrong with the form of a base job template, in the words of a value error on `base_job_template`; or null. */
export function templateComplaint(base_job_template: OpaqueObject): string | null {
  const template = asJsonObject(base_job_template)
  if (Object.keys(template).length === 0) return null
  if (measure(template, LARGEST_TEMPLATE) === null) return 'The `base_job_template` is too large or nested too deeply.'
  const configuration = field(template, 'job_configuration')
  const variables = field(template, 'variables')
  if (!isFilled(configuration) || !isFilled(variables)) {
    return 'The `base_job_template` must contain both a `job_configuration` key and a `variables` key.'
  }
  const properties = field(variables, 'properties')
  const declared = isObject(properties) ? properties : {}
  const missing = new Set(placeholderNames(configuration).filter((name) => !Object.hasOwn(declared, name)))
  if (missing.size === 0) return null
  return (
    'The variables specified in the job configuration template must be present as properties in the variables schema. ' +
    `Your job configuration uses the following undeclared variable(s): ${[...missing].join(' ,')}.`
  )
}

const LARGEST_TEMPLATE = { nodes: 50_000, depth: 64 }

function isFilled(value: Json | undefined): value is JsonObject {
  return isObject(value) && Object.keys(value).length > 0
}

/** Everywhere but in the names of the top-level keys, and only those that a stock server would notice. */
function placeholderNames(configuration: JsonObject): readonly string[] {
  const texts = Object.values(configuration).map((value) => JSON.stringify(value))
  return texts
    .flatMap((text) => findPlaceholders(text).map(({ name }) => name))
    .filter((name) => /^[\w.\-[\]$]+$/.test(name))
}

export interface DefaultsInput {
  readonly base_job_template: OpaqueObject
  /** Data of the blocks that `defaultBlockIds` names, by id. */
  readonly blocks: ReadonlyMap<string, unknown>
  readonly patterns: PatternCache
}

/** The blocks that the defaults of a template's variables refer to; to be loaded before any check below. */
export function defaultBlockIds(base_job_template: OpaqueObject): readonly string[] {
  return Object.values(propertiesOf(base_job_template)).flatMap((property) => {
    const id = isObject(property) ? defaultReference(field(property, 'default')) : null
    return typeof id === 'string' ? [id] : []
  })
}

/** On creating a pool: the schema of the variables and their defaults. (A stock server does not ask on PATCH.) */
export function checkPoolDefaults(input: DefaultsInput): Refusal | null {
  return checkMerged(input, [], {
    ignore_required: true,
    ignore_invalid_defaults: false,
    prefix: "Validation failed for work pool's job variable defaults: ",
  })
}

/** On creating a deployment. */
export function checkDeploymentJobVariables(
  input: DefaultsInput & { readonly job_variables: OpaqueObject },
): Refusal | null {
  if (Object.keys(input.job_variables).length === 0) return null
  return checkMerged(input, [input.job_variables], {
    ignore_required: true,
    ignore_invalid_defaults: true,
    prefix: 'Error creating deployment: ',
  })
}

/** On creating or updating a flow run: now every required variable must be there. */
export function checkRunJobVariables(
  input: DefaultsInput & {
    readonly deployment_job_variables: OpaqueObject
    readonly flow_run_job_variables: OpaqueObject
    readonly action: 'creating' | 'updating'
  },
): Refusal | null {
  return checkMerged(input, [input.deployment_job_variables, input.flow_run_job_variables], {
    ignore_required: false,
    ignore_invalid_defaults: true,
    prefix: `Error ${input.action} flow run: `,
  })
}

/** On a PATCH of a deployment whose body names a work pool: 409, and another wording. */
export function checkDeploymentUpdateJobVariables(input: {
  readonly base_job_template: OpaqueObject
  readonly job_variables: OpaqueObject
  readonly patterns: PatternCache
}): Refusal | null {
  const schema = variablesOf(input.base_job_template)
  if (schema === null) return null
  const options = { patterns: input.patterns, ignore_required: true, allow_none_with_default: false, preprocess: true }
  const validity = firstError({ ...options, value: input.job_variables, schema })
  if (validity.kind !== 'invalid') return refusal(validity, '')
  return { status: 409, detail: `Error creating deployment: <ValidationError: ${pythonRepr(validity.reason)}>` }
}

interface MergeOptions {
  readonly ignore_required: boolean
  /** Pools made before defaults were checked go on working: what is wrong in a default is not held against a run. */
  readonly ignore_invalid_defaults: boolean
  readonly prefix: string
}

function checkMerged(input: DefaultsInput, layers: readonly OpaqueObject[], options: MergeOptions): Refusal | null {
  const schema = variablesOf(input.base_job_template)
  if (schema === null) return null
  const soundness = checkSchema(schema, input.patterns)
  if (soundness.kind !== 'valid') return refusal(soundness, options.prefix)
  const hydrated = hydrateDefaults(input)
  if (hydrated.kind === 'refused') return hydrated.refusal
  const defaults = options.ignore_invalid_defaults
    ? validDefaults(hydrated.defaults, schema, input.patterns)
    : hydrated.defaults
  const hasInvalidDefault = Object.keys(defaults).length < Object.keys(hydrated.defaults).length
  const value = layers.reduce<OpaqueObject>((merged, layer) => ({ ...merged, ...layer }), defaults)
  const check: ValidationInput = {
    value,
    schema,
    patterns: input.patterns,
    ignore_required: options.ignore_required || hasInvalidDefault,
    allow_none_with_default: true,
    preprocess: true,
  }
  return refusal(validate(check), options.prefix)
}

type Hydrated =
  | { readonly kind: 'hydrated'; readonly defaults: JsonObject }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

function hydrateDefaults({ base_job_template, blocks }: DefaultsInput): Hydrated {
  const entries: [string, Json][] = []
  for (const [name, property] of Object.entries(propertiesOf(base_job_template))) {
    const value = isObject(property) ? field(property, 'default') : undefined
    if (value === undefined) continue
    const id = defaultReference(value)
    if (id === undefined) entries.push([name, value])
    else if (id !== null) {
      if (!blocks.has(id))
        return { kind: 'refused', refusal: { status: 404, detail: 'Block not found.', block_document_id: id } }
      entries.push([name, asJson(blocks.get(id))])
    }
  }
  return { kind: 'hydrated', defaults: Object.fromEntries(entries) }
}

/** The block a default refers to; null when its reference names none, undefined when it is no reference. */
function defaultReference(value: Json | undefined): string | null | undefined {
  if (!isObject(value) || !Object.hasOwn(value, '$ref')) return undefined
  const reference = field(value, '$ref')
  const id = isObject(reference) ? field(reference, 'block_document_id') : undefined
  if (id === undefined || id === null) return null
  return typeof id === 'string' ? id : JSON.stringify(id)
}

function validDefaults(defaults: JsonObject, schema: JsonObject, patterns: PatternCache): JsonObject {
  const options = { schema, patterns, ignore_required: true, allow_none_with_default: false, preprocess: false }
  const valid = Object.entries(defaults).filter(
    ([name, value]) => firstError({ ...options, value: { [name]: value } }).kind === 'valid',
  )
  return Object.fromEntries(valid)
}

function variablesOf(base_job_template: OpaqueObject): JsonObject | null {
  const variables = field(asJsonObject(base_job_template), 'variables')
  return isFilled(variables) ? variables : null
}

function propertiesOf(base_job_template: OpaqueObject): JsonObject {
  const variables = variablesOf(base_job_template)
  const properties = variables === null ? undefined : field(variables, 'properties')
  return isObject(properties) ? properties : {}
}

function refusal(validity: Validity, prefix: string): Refusal | null {
  switch (validity.kind) {
    case 'valid':
      return null
    case 'invalid':
      return { status: 422, detail: `${prefix}${validity.message}` }
    case 'bad-schema':
      return { status: 422, detail: validity.message }
    case 'circular':
      return { status: 422, detail: 'Invalid schema: Unable to validate schema with circular references.' }
  }
}
