import { field, isArray, isObject, type Json, type JsonObject } from '../json-schema/plain.ts'
import { pythonStr } from '../json-schema/python-repr.ts'

/** `{{ name }}` in a text. What the name means is told by how it begins. */
export interface Placeholder {
  /** As it stands in the text, braces included. */
  readonly text: string
  readonly name: string
  readonly kind: 'value' | 'block' | 'variable' | 'environment'
}

const PLACEHOLDER = /\{\{\s*([\p{L}\p{N}_.\-[\]$]+)\s*\}\}/gu

export function findPlaceholders(value: Json): readonly Placeholder[] {
  if (typeof value === 'string') {
    return value.includes('{{')
      ? [...value.matchAll(PLACEHOLDER)].map(([text, name = '']) => ({ text, name, kind: kindOf(name) }))
      : []
  }
  if (isArray(value)) return value.flatMap(findPlaceholders)
  return isObject(value) ? Object.values(value).flatMap(findPlaceholders) : []
}

/** The placeholder that makes up the whole text, if one does. */
export function onlyPlaceholder(text: string): Placeholder | null {
  const [first] = findPlaceholders(text)
  return first !== undefined && first.text === text ? first : null
}

function kindOf(name: string): Placeholder['kind'] {
  if (name.startsWith('prefect.blocks.')) return 'block'
  if (name.startsWith('prefect.variables.')) return 'variable'
  return name.startsWith('$') ? 'environment' : 'value'
}

/**
 * Puts values in place of placeholders. A text that is nothing but a placeholder becomes the value itself, whatever
 * its type; without a value the key is removed, or the list item dropped. Within a text a value is printed, and
 * nothing stands for a missing one. Environment variables of the server are never read: they count as unset.
 * Placeholders of blocks and variables stay. `undefined` means that the whole template went.
 */
export function applyValues(template: Json, values: JsonObject): Json | undefined {
  if (typeof template === 'string') return applyToText(template, values)
  if (isArray(template)) return template.map((item) => applyValues(item, values)).filter((item) => item !== undefined)
  return isObject(template) ? applyToObject(template, values) : template
}

export function applyToObject(template: JsonObject, values: JsonObject): JsonObject {
  const entries = Object.entries(template).flatMap(([key, item]): [string, Json][] => {
    const applied = applyValues(item, values)
    return applied === undefined ? [] : [[key, applied]]
  })
  return Object.fromEntries(entries)
}

function applyToText(text: string, values: JsonObject): Json | undefined {
  const only = onlyPlaceholder(text)
  if (only?.kind === 'value') return lookUp(values, only.name)
  return replacePlaceholders(text, ({ name, kind }) => {
    if (kind === 'environment') return ''
    if (kind !== 'value') return null
    const value = lookUp(values, name)
    return value === undefined ? '' : pythonStr(value)
  })
}

/** In one pass, so that a value which looks like a placeholder is not replaced in turn; null keeps the placeholder. */
export function replacePlaceholders(text: string, replacement: (placeholder: Placeholder) => string | null): string {
  return text.replaceAll(
    PLACEHOLDER,
    (whole, name: string) => replacement({ text: whole, name, kind: kindOf(name) }) ?? whole,
  )
}

/** Walks `a.b[0].c`; numbers index lists only, and count from the end when negative. */
export function lookUp(value: Json, path: string): Json | undefined {
  let current: Json | undefined = value
  for (const key of path.replaceAll('[', '.').replaceAll(']', '').split('.')) {
    if (current !== undefined && isArray(current)) current = /^-?\d+$/.test(key) ? current.at(Number(key)) : undefined
    else current = isObject(current) && !/^-?\d+$/.test(key) ? field(current, key) : undefined
    if (current === undefined) return undefined
  }
  return current
}
