import { isRawNumber, type Json, type JsonObject } from '@slipway/contract'
import { isJsonObject } from '../json-object.ts'

/** Parameters whose plain texts are templates, in the form in which templates are declared. */
export function declareTemplates(parameters: JsonObject): JsonObject {
  // An object that declares what it is stays as it is.
  if (Object.hasOwn(parameters, '__prefect_kind')) return parameters
  return Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key, declared(value)]))
}

/** All texts in parameters; those that are no templates mention nothing. */
export function textsOf(value: Json): readonly string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null || isRawNumber(value)) return []
  return Object.values(value).flatMap(textsOf)
}

function declared(value: Json): Json {
  if (typeof value === 'string') return isTemplate(value) ? declaration(value) : value
  if (isJsonObject(value)) return declareTemplates(value)
  return Array.isArray(value) ? value.map((item: Json) => declared(item)) : value
}

function isTemplate(text: string): boolean {
  return text.includes('{{') || text.includes('{%')
}

const ONE_EXPRESSION = /^\s*\{\{-?((?:(?!\{\{|\}\}).)*?)-?\}\}\s*$/s

/** What is nothing but one expression keeps the type of its value; all else is text. */
function declaration(template: string): JsonObject {
  const expression = ONE_EXPRESSION.exec(template)?.[1]
  if (expression === undefined) return { __prefect_kind: 'jinja', template }
  return {
    __prefect_kind: 'json',
    value: { __prefect_kind: 'jinja', template: `{{ (${expression.trim()}) | tojson }}` },
  }
}
