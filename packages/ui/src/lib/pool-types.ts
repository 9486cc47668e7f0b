import type { Json, JsonObject } from '@slipway/contract'

export interface Template {
  readonly job_configuration: JsonObject
  readonly variables: JsonObject
}

export interface PoolType {
  readonly type: string
  readonly display_name: string
  readonly description: string
  readonly template: Template
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The types in the view of all collections, those without a worker first. */
export function findPoolTypes(view: JsonObject): readonly PoolType[] {
  const types = Object.values(view)
    .filter(isObject)
    .flatMap((collection) => Object.values(collection).filter(isObject))
    .flatMap((given): readonly PoolType[] => {
      const { type, display_name, description, default_base_job_configuration: template } = given
      if (typeof type !== 'string' || !isObject(template)) return []
      const { job_configuration, variables } = template
      if (!isObject(job_configuration) || !isObject(variables)) return []
      const text = (value: Json | undefined) => (typeof value === 'string' ? value : '')
      return [
        {
          type,
          display_name: text(display_name) || type,
          description: text(description),
          template: { job_configuration, variables },
        },
      ]
    })
  const rank = ({ type }: PoolType) => (type.endsWith(':push') ? 0 : 1)
  return types.toSorted((a, b) => rank(a) - rank(b))
}

/** The same template with these values as the defaults of its variables. */
export function withDefaults({ job_configuration, variables }: Template, values: JsonObject): JsonObject {
  const properties = isObject(variables['properties']) ? variables['properties'] : {}
  const changed = Object.entries(properties).map(([name, property]) => {
    const isGiven = isObject(property) && Object.hasOwn(values, name)
    return [name, isGiven ? { ...property, default: values[name] ?? null } : property] as const
  })
  return { job_configuration, variables: { ...variables, properties: Object.fromEntries(changed) } }
}
