import type { Json, JsonObject } from '@slipway/contract'
import { isJsonObject } from '../../domain/json-object.ts'

/** Values of a parsed answer or of a template, taken only when they are what is expected there. */
export function objectOf(value: Json | undefined): JsonObject | null {
  return isJsonObject(value) ? value : null
}

export function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : []
}

export function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null
}
