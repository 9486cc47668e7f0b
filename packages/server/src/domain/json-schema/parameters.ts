import type { PatternCache } from './patterns.ts'
import type { OpaqueObject } from './plain.ts'
import { checkSchema, validate } from './validate.ts'

/** The answer to a caller whose parameters do not fit the deployment's schema. */
export interface ParameterRefusal {
  readonly status: 409 | 422
  readonly detail: string
}

interface ParameterInput {
  readonly parameters: OpaqueObject
  /** Null when the deployment has none that could be enforced. */
  readonly schema: OpaqueObject | null
  readonly patterns: PatternCache
}

/** On creating a flow run (everything required must be there) and on a PATCH of a deployment (it need not). */
export function checkParameters(
  input: ParameterInput & { readonly action: 'creating flow run' | 'updating deployment' },
): ParameterRefusal | null {
  const problem = problemOf(input, input.action === 'updating deployment')
  if (problem === null) return null
  switch (problem.kind) {
    case 'no-schema':
      return {
        status: 409,
        detail:
          'Error updating deployment: Cannot update parameters because parameter schema enforcement is enabled and ' +
          'the deployment does not have a valid parameter schema.',
      }
    case 'invalid':
      return { status: 409, detail: `Error ${input.action}: ${problem.message}` }
    case 'circular':
      return { status: 422, detail: 'Invalid schema: Unable to validate schema with circular references.' }
  }
}

/** For one of many runs created at once: the text of its `error`. */
export function bulkParameterError(input: ParameterInput): string | null {
  const problem = problemOf(input, false)
  if (problem === null) return null
  switch (problem.kind) {
    case 'no-schema':
      return 'Parameter schema enforcement is enabled but deployment has no valid schema.'
    case 'invalid':
      return `Parameter validation failed: ${problem.message}`
    case 'circular':
      return 'Invalid schema: circular references detected.'
  }
}

/** What is wrong with the parameters of a new deployment, or with its schema, in the words of a value error; or null. */
export function deploymentParameterComplaint(input: ParameterInput): string | null {
  if (input.schema === null) return null
  const { parameters, patterns, schema } = input
  const validity = validate({
    value: parameters,
    schema,
    patterns,
    ignore_required: true,
    allow_none_with_default: false,
    preprocess: false,
  })
  const soundness = validity.kind === 'valid' ? checkSchema(schema, patterns) : validity
  switch (soundness.kind) {
    case 'valid':
      return null
    case 'invalid':
      return soundness.message
    case 'bad-schema':
      return `The provided schema is not a valid json schema. Schema error: ${soundness.message.replace(/^Invalid schema: /, '')}`
    case 'circular':
      return 'Invalid schema: Unable to validate schema with circular references.'
  }
}

/** What is wrong with the input to a paused run, to be told as the reason of a rejection; or null. */
export function runInputComplaint(input: ParameterInput & { readonly schema: OpaqueObject }): string | null {
  const problem = problemOf(input, false)
  if (problem === null) return null
  return problem.kind === 'invalid'
    ? `Reason: ${problem.message}`
    : 'Invalid schema: Unable to validate schema with circular references.'
}

type Problem = { readonly kind: 'no-schema' | 'circular' } | { readonly kind: 'invalid'; readonly message: string }

function problemOf({ parameters, patterns, schema }: ParameterInput, ignore_required: boolean): Problem | null {
  if (schema === null) return { kind: 'no-schema' }
  const validity = validate({
    value: parameters,
    schema,
    patterns,
    ignore_required,
    allow_none_with_default: false,
    preprocess: true,
  })
  switch (validity.kind) {
    case 'valid':
      return null
    case 'circular':
      return { kind: 'circular' }
    case 'invalid':
    case 'bad-schema':
      return { kind: 'invalid', message: validity.message }
  }
}
