import { Type, type Static, type TOptional, type TProperties, type TSchema } from 'typebox'

/** Known to be nothing. An absent property is `Type.Optional`; the two are never the same thing. */
export function Nullable<T extends TSchema>(type: T) {
  return Type.Union([type, Type.Null()])
}

/** A property that a request may leave out: the server then reads `value`. */
export type TDefault<T extends TSchema> = TOptional<T> & { readonly default: unknown }

export function Default<T extends TSchema>(type: T, value: Static<T>): TDefault<T> {
  return Object.assign(Type.Optional(type), { default: value }) as TDefault<T>
}

/** A body whose unknown keys are refused with 422, as Prefect's Create, Update and Filter objects do. */
export function Strict<P extends TProperties>(
  properties: P,
  options: { check?: string; dropped?: readonly string[] } = {},
) {
  return Type.Object(properties, { ...options, additionalProperties: false })
}

/** One of a few words that the protocol fixes. Differs from an enum in the name of the validation error only. */
export function OneOf<const V extends readonly string[]>(values: readonly [...V]) {
  return Type.Unsafe<V[number]>({ type: 'string', enum: [...values], literal: true })
}

/** JSON cannot say "set": an array on the wire, where order and repetition mean nothing. */
export function SetOf<T extends TSchema>(type: T) {
  return Type.Array(type, { set: true })
}

export function MapOf<T extends TSchema>(type: T) {
  return Type.Record(Type.String(), type)
}

/** Whole numbers are stored in 32 bits; a larger one is the sender's mistake, never the database's error. */
export function Integer(options: { minimum?: number; maximum?: number; exclusiveMinimum?: number } = {}) {
  return Type.Integer({ maximum: 2_147_483_647, minimum: -2_147_483_648, ...options })
}

/** Names the branch of a union in validation errors. */
export function Labelled<T extends TSchema>(label: string, type: T): T {
  return Object.assign({ ...type }, { label })
}

/** What a handler reads from a schema: as `Static`, with every property that has a default present. */
export type Parsed<T extends TSchema> = T extends { type: 'object'; properties: infer P extends TProperties }
  ? ParsedObject<P>
  : T extends { type: 'array'; items: infer I extends TSchema }
    ? Parsed<I>[]
    : T extends { anyOf: infer U extends TSchema[] }
      ? { [K in keyof U]: U[K] extends TSchema ? Parsed<U[K]> : never }[number]
      : Static<T>

type ParsedObject<P extends TProperties> = {
  [K in keyof P as P[K] extends { readonly default: unknown } ? K : P[K] extends TOptional ? never : K]: Parsed<P[K]>
} & {
  [K in keyof P as P[K] extends { readonly default: unknown } ? never : P[K] extends TOptional ? K : never]?: Parsed<
    P[K]
  >
}
