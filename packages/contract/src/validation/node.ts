import type { TSchema } from 'typebox'

/** The part of JSON Schema that the contract uses, and the keywords that it adds. */
export interface Node {
  readonly $ref?: string
  readonly type?: string
  readonly anyOf?: readonly Node[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly format?: string
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly items?: Node
  readonly maxItems?: number
  readonly properties?: Readonly<Record<string, Node>>
  readonly patternProperties?: Readonly<Record<string, Node>>
  readonly additionalProperties?: boolean
  readonly required?: readonly string[]
  readonly default?: unknown
  /** Name of a rule in `Checks`. */
  readonly check?: string
  /** How validation errors name this branch of a union. */
  readonly label?: string
  /** A word of the protocol: `literal_error` instead of `enum`. */
  readonly literal?: boolean
  /** No coercion: "1" is not 1. */
  readonly strict?: boolean
  /** An array whose repetitions mean nothing. */
  readonly set?: boolean
  /** The most that a list returns; out of bounds is answered with a sentence of its own. */
  readonly pageLimit?: number
  /** Type of the issue when a string is too long, or when an array is no array. */
  readonly lengthError?: string
  readonly wrongType?: string
  /** Keys of old clients that are dropped before unknown keys are refused. */
  readonly dropped?: readonly string[]
}

export function nodeOf(schema: TSchema): Node {
  return schema
}
