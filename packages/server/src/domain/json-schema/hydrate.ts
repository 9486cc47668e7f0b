import { parseLossless } from '@slipway/contract'
import { renderJinja } from './jinja.ts'
import {
  asJson,
  asJsonObject,
  field,
  isArray,
  isObject,
  type Json,
  type JsonObject,
  type OpaqueObject,
} from './plain.ts'
import { pythonStr } from './python-repr.ts'

export type Hydration =
  | { readonly kind: 'hydrated'; readonly value: JsonObject }
  | { readonly kind: 'failed'; readonly message: string }

/**
 * Replaces objects with the key `__prefect_kind` in parameters by what they stand for:
 * `none` (the value itself), `json` (a text to parse), `jinja` (a template to render), `workspace_variable`.
 */
export function hydrate(parameters: OpaqueObject, variables: ReadonlyMap<string, unknown>): Hydration {
  return hydrateWith(parameters, { variables, names: {} })
}

/** The same, with names that templates may use. */
export function hydrateWith(parameters: OpaqueObject, known: Known): Hydration {
  const result = hydrateValue(asJsonObject(parameters), { ...known, depth: 0 })
  if (result.kind === 'failed') return result
  return { kind: 'hydrated', value: result.kind === 'value' && isObject(result.value) ? result.value : {} }
}

/** Which workspace variables the parameters may ask for; null when a name is itself computed and any may be needed. */
export function variablesToHydrate(parameters: OpaqueObject): ReadonlySet<string> | null {
  const names = new Set<string>()
  return collectNames(asJsonObject(parameters), names, 0) ? names : null
}

type Outcome =
  | { readonly kind: 'value'; readonly value: Json }
  /** The key or list item disappears. */
  | { readonly kind: 'remove' }
  | { readonly kind: 'failed'; readonly message: string }

export interface Known {
  readonly variables: ReadonlyMap<string, unknown>
  /** What templates see. */
  readonly names: JsonObject
}

interface Place extends Known {
  readonly depth: number
}

const DEEPEST = 200
const REMOVE: Outcome = { kind: 'remove' }

function hydrateValue(value: Json, place: Place): Outcome {
  if (place.depth > DEEPEST) return failed('Values are nested too deeply.')
  const inside = { ...place, depth: place.depth + 1 }
  if (isArray(value)) {
    const outcomes = value.map((item, index): [number, Outcome] => [index, hydrateValue(item, inside)])
    return combine(outcomes, (kept) => kept.map(([, item]) => item))
  }
  if (!isObject(value)) return { kind: 'value', value }
  if (Object.hasOwn(value, '__prefect_kind')) return hydrateKind(value, inside)
  const outcomes = Object.entries(value).map(([key, item]): [string, Outcome] => [key, hydrateValue(item, inside)])
  return combine(outcomes, (kept) => Object.fromEntries(kept))
}

function combine<K>(outcomes: readonly [K, Outcome][], build: (kept: [K, Json][]) => Json): Outcome {
  const kept: [K, Json][] = []
  for (const [key, outcome] of outcomes) {
    if (outcome.kind === 'failed') return outcome
    if (outcome.kind === 'value') kept.push([key, outcome.value])
  }
  return { kind: 'value', value: build(kept) }
}

function hydrateKind(object: JsonObject, place: Place): Outcome {
  const kind = field(object, '__prefect_kind')
  switch (typeof kind === 'string' ? kind : '') {
    case 'none': {
      const value = field(object, 'value')
      return value === undefined ? missing('value') : hydrateValue(value, place)
    }
    case 'json': {
      const value = argument(object, 'value', place) ?? REMOVE
      return value.kind === 'value' && typeof value.value === 'string' ? parseJson(value.value) : value
    }
    case 'jinja': {
      const template = argument(object, 'template', place) ?? missing('template')
      return template.kind === 'value' ? renderTemplate(template.value, place) : template
    }
    case 'workspace_variable': {
      const name = argument(object, 'variable_name', place) ?? REMOVE
      return name.kind === 'value' ? lookUp(name.value, place) : name
    }
    default:
      return { kind: 'value', value: field(object, 'value') ?? null }
  }
}

/** The argument of a kind may itself be an object to hydrate; anything else is taken as it is. */
function argument(object: JsonObject, key: string, place: Place): Outcome | null {
  const value = field(object, key)
  if (value === undefined) return null
  return isObject(value) ? hydrateValue(value, place) : { kind: 'value', value }
}

function renderTemplate(template: Json, { names }: Place): Outcome {
  const rendered = renderJinja(pythonStr(template), names)
  return rendered.kind === 'rendered'
    ? { kind: 'value', value: rendered.text }
    : failed(`Invalid jinja: ${rendered.message}`)
}

function lookUp(name: Json, { variables }: Place): Outcome {
  if (typeof name === 'string' && variables.has(name)) return { kind: 'value', value: asJson(variables.get(name)) }
  return failed(`Variable '${pythonStr(name)}' not found in workspace.`)
}

function parseJson(text: string): Outcome {
  try {
    return { kind: 'value', value: parseLossless(text) }
  } catch (error) {
    if (error instanceof SyntaxError) return failed(`Invalid JSON: ${error.message}`)
    throw error
  }
}

function missing(key: string): Outcome {
  return failed(`Missing '${key}' key in __prefect object`)
}

function failed(message: string): Outcome {
  return { kind: 'failed', message }
}

function collectNames(value: Json, names: Set<string>, depth: number): boolean {
  if (depth > DEEPEST) return true
  if (isArray(value)) return value.every((item) => collectNames(item, names, depth + 1))
  if (!isObject(value)) return true
  if (field(value, '__prefect_kind') === 'workspace_variable') {
    const name = field(value, 'variable_name')
    if (typeof name === 'string') names.add(name)
    else if (isObject(name)) return false
  }
  return Object.values(value).every((item) => collectNames(item, names, depth + 1))
}
