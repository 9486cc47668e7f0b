import type { Json, JsonObject } from '@slipway/contract'

/** Fields whose values may hold secrets or be of any size: an event tells that they changed, not how. */
const UNTOLD: ReadonlySet<string> = new Set([
  'base_job_template',
  'job_variables',
  'parameters',
  'parameter_openapi_schema',
  'pull_steps',
])

/** The payload of an `updated` event; null when none of the fields changed. */
export function changedFields<Row extends object>(
  before: Row,
  after: Row,
  fields: readonly (keyof Row & string)[],
): JsonObject | null {
  const changed = fields.filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]))
  if (changed.length === 0) return null
  const told = changed.filter((field) => !UNTOLD.has(field))
  return {
    updated_fields: changed,
    updates: Object.fromEntries(
      // Rows hold JSON values only.
      told.map((field) => [field, { from: before[field] as Json, to: after[field] as Json }]),
    ),
  }
}
