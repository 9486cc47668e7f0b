import type { JsonObject } from '@slipway/contract'

const MOST = 64
const LONGEST = 63

/**
 * Google's rules: keys begin with a letter, keys and values are lower case letters, digits, `-` and `_`, at most 63
 * characters, at most 64 labels. What the template sets wins; Slipway's own four are never dropped.
 */
export function cloudRunLabels(ours: Readonly<Record<string, string>>, template: JsonObject): JsonObject {
  const own = Object.entries(ours)
    .map(([key, value]) => [labelKey(key), labelText(value)] as const)
    .filter(([key]) => key !== '')
  const theirs = Object.entries(template)
    .map(
      ([key, value]) => [labelKey(key), labelText(typeof value === 'string' ? value : JSON.stringify(value))] as const,
    )
    .filter(([key]) => key !== '')
  const needed = own.filter(([key]) => key.startsWith('slipway-'))
  const rest = own.filter(([key]) => !key.startsWith('slipway-'))
  const chosen = new Map<string, string>()
  for (const [key, value] of [...needed, ...theirs, ...rest]) {
    if (chosen.size < MOST && !chosen.has(key)) chosen.set(key, value)
  }
  return Object.fromEntries(chosen)
}

function labelKey(key: string): string {
  return labelText(key)
    .replace(/^[^a-z]+/, '')
    .slice(0, LONGEST)
}

function labelText(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, '-')
    .slice(0, LONGEST)
}
