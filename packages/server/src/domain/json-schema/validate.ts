import { bestMatch, validationMessage } from './best-match.ts'
import { schemaErrors } from './engine.ts'
import { Halt } from './halt.ts'
import type { SchemaError } from './keyword.ts'
import { META_SCHEMA } from './meta-schema.ts'
import type { PatternCache } from './patterns.ts'
import { asJson, asJsonObject, measure, type Json, type JsonObject, type OpaqueObject } from './plain.ts'
import { preprocessSchema, withoutRequired } from './preprocess.ts'
import { pythonRepr } from './python-repr.ts'

export type Validity =
  | { readonly kind: 'valid' }
  /** The value is at fault. `message` is Prefect's sentence, `reason` its second half. */
  | { readonly kind: 'invalid'; readonly message: string; readonly reason: string }
  /** The schema is at fault. */
  | { readonly kind: 'bad-schema'; readonly message: string }
  | { readonly kind: 'circular' }

export interface ValidationInput {
  readonly value: unknown
  readonly schema: OpaqueObject
  readonly patterns: PatternCache
  /** A value without a required key passes; what is missing may still come from elsewhere. */
  readonly ignore_required: boolean
  /** Whether null passes for an optional property that has a default. */
  readonly allow_none_with_default: boolean
  /** Mend schemas of older pydantic first, see preprocess.ts. */
  readonly preprocess: boolean
}

/** Validates as Prefect 3.8 does and tells the one error that it would tell. */
export function validate(input: ValidationInput): Validity {
  const schema = preparedSchema(input)
  const soundness = checkSchema(schema, input.patterns)
  if (soundness.kind !== 'valid') return soundness
  return run({ value: asJson(input.value), schema, patterns: input.patterns, check_formats: false }, (errors) => {
    const best = bestMatch(errors)
    return best === null ? VALID : { kind: 'invalid', message: validationMessage(best), reason: best.reason }
  })
}

/** Everything that is wrong with the value; what is wrong with the schema is told instead. */
export function allErrors(
  input: ValidationInput,
):
  | { readonly kind: 'checked'; readonly errors: readonly SchemaError[] }
  | Exclude<Validity, { readonly kind: 'valid' }> {
  const schema = preparedSchema(input)
  const soundness = checkSchema(schema, input.patterns)
  if (soundness.kind !== 'valid') return soundness
  let found: readonly SchemaError[] = []
  const value = asJson(input.value)
  const validity = run({ value, schema, patterns: input.patterns, check_formats: false }, (errors) => {
    found = errors
    return VALID
  })
  return validity.kind === 'valid' ? { kind: 'checked', errors: found } : validity
}

/** The first error in the order of the schema, without judging which one tells most, and with formats checked. */
export function firstError(input: ValidationInput): Validity {
  const { patterns, value } = input
  return run({ value: asJson(value), schema: preparedSchema(input), patterns, check_formats: true }, ([first]) => {
    if (first === undefined) return VALID
    const reason = first.message()
    return { kind: 'invalid', message: reason, reason }
  })
}

/** Whether a schema is one: `Invalid schema: 'bogus' is not valid under any of the given schemas`. */
export function checkSchema(schema: OpaqueObject, patterns: PatternCache): Validity {
  const value = asJsonObject(schema)
  if (measure(value, LARGEST_SCHEMA) === null) return TOO_LARGE
  return run({ value, schema: META_SCHEMA, patterns, check_formats: true }, ([first]) =>
    first === undefined ? VALID : { kind: 'bad-schema', message: `Invalid schema: ${first.message()}` },
  )
}

const LARGEST_SCHEMA = { nodes: 50_000, depth: 100 }
const VALID: Validity = { kind: 'valid' }
const TOO_LARGE: Validity = {
  kind: 'bad-schema',
  message: 'Invalid schema: the schema is larger or nested deeper than this server accepts.',
}

function preparedSchema(input: ValidationInput): JsonObject {
  const { ignore_required, preprocess, allow_none_with_default } = input
  const schema = asJsonObject(input.schema)
  if (measure(schema, LARGEST_SCHEMA) === null) return schema
  const mended = preprocess ? preprocessSchema(schema, { allow_none_with_default }) : schema
  return ignore_required ? withoutRequired(mended) : mended
}

interface RunInput {
  readonly value: Json
  readonly schema: JsonObject
  readonly patterns: PatternCache
  readonly check_formats: boolean
}

function run(input: RunInput, conclude: (errors: readonly SchemaError[]) => Validity): Validity {
  if (measure(input.schema, LARGEST_SCHEMA) === null) return TOO_LARGE
  try {
    return conclude(schemaErrors(input))
  } catch (error) {
    if (error instanceof Halt) return afterHalt(error)
    throw error
  }
}

function afterHalt({ reason }: Halt): Validity {
  switch (reason.kind) {
    case 'circular':
      return { kind: 'circular' }
    case 'too-complex':
      return {
        kind: 'bad-schema',
        message: 'Invalid schema: validating this value takes more steps than this server spends on one schema.',
      }
    case 'unresolvable':
      return { kind: 'invalid', message: `Validation failed. Failure reason: ${reason.detail}`, reason: reason.detail }
    case 'unsupported-pattern':
      return {
        kind: 'bad-schema',
        message:
          `Invalid schema: the pattern ${pythonRepr(reason.pattern)} cannot be checked here ` +
          '(look-around and back-references are not supported).',
      }
  }
}
