import type { Json, JsonObject } from '@slipway/contract'
import { isJsonObject } from '../json-object.ts'
import { jinjaComplaint } from '../json-schema/jinja.ts'

/** Why these parameters of an action can never be rendered: texts are templates, and so is what says that it is one. */
export function parametersComplaint(parameters: JsonObject): string | null {
  const wrong = Object.entries(parameters).flatMap(([name, value]) => {
    const reason = typeof value === 'string' ? jinjaComplaint(value) : declaredComplaint(value)
    return reason === null ? [] : [`${name}: ${reason}`]
  })
  return wrong.length === 0 ? null : `Invalid parameters: ${wrong.join('; ')}`
}

function declaredComplaint(value: Json): string | null {
  if (isJsonObject(value)) {
    const { __prefect_kind: kind, template } = value
    if (kind === 'jinja' && typeof template === 'string') return jinjaComplaint(template)
  }
  if (typeof value !== 'object' || value === null) return null
  for (const item of Object.values(value)) {
    const reason = declaredComplaint(item)
    if (reason !== null) return reason
  }
  return null
}
