import { Type, type Static } from 'typebox'
import { Labelled } from './schema.ts'

/** Any JSON value. Numbers that JavaScript would change are kept as `JSON.rawJSON` objects and print as they came. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

/** Opaque: stored and returned as it came. */
export const Json = Type.Unsafe<Json>({})
export const JsonObject = Type.Unsafe<JsonObject>({ type: 'object', additionalProperties: true })

const Label = Type.Union([
  Labelled('bool', Type.Boolean({ strict: true })),
  Labelled('int', Type.Integer({ strict: true })),
  Labelled('float', Type.Number({ strict: true })),
  Labelled('str', Type.String()),
])

export const Labels = Type.Record(Type.String(), Label)
export type Labels = Static<typeof Labels>

/** `T` or a space, any offset, any number of decimals; what a handler gets is a `Timestamp`. */
export const DateTime = Type.String({ format: 'date-time' })
export type DateTime = Static<typeof DateTime>

/** Seconds. Requests may also say it in ISO 8601 (`PT1H`) or as `HH:MM:SS`. */
export const Duration = Type.Number({ format: 'duration' })
export type Duration = Static<typeof Duration>

/** The free names: of flows, deployments, pools, queues, limits. */
export const Name = Type.String({ pattern: '^[^/%&><]+$' })
export type Name = Static<typeof Name>

/** A zone of the IANA database. */
export const TimezoneName = Type.String({ check: 'timezone-name' })
export type TimezoneName = Static<typeof TimezoneName>
