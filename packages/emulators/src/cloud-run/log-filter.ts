/** Cloud Logging's filter language, as far as comparisons joined by AND (or by nothing, which means the same). */
import { type Json, type JsonObject, isObject } from '../json.ts'
import { GoogleError } from './errors.ts'

type Test = (entry: JsonObject) => boolean

const TOKEN =
  /\s*(?:(AND)\b|((?:[A-Za-z_][\w]*|"(?:[^"\\]|\\.)*")(?:\.(?:[A-Za-z_][\w]*|"(?:[^"\\]|\\.)*"))*)\s*(>=|<=|!=|=~|=|>|<|:)\s*("(?:[^"\\]|\\.)*"|[^\s()]+))\s*/y
const SEVERITIES = ['DEFAULT', 'DEBUG', 'INFO', 'NOTICE', 'WARNING', 'ERROR', 'CRITICAL', 'ALERT', 'EMERGENCY']

export function parseLogFilter(filter: string): Test {
  const tests: Test[] = []
  const token = new RegExp(TOKEN)
  let at = 0
  while (at < filter.trimEnd().length) {
    token.lastIndex = at
    const match = token.exec(filter)
    if (match === null)
      throw new GoogleError(
        'INVALID_ARGUMENT',
        `Unparseable filter: this emulator does not understand it from ${JSON.stringify(filter.slice(at, at + 40))} on.`,
      )
    at = token.lastIndex
    const [, , path, operator, value] = match
    if (path !== undefined && operator !== undefined && value !== undefined)
      tests.push(comparison(splitPath(path), operator, unquote(value)))
  }
  return (entry) => tests.every((test) => test(entry))
}

const unquote = (text: string): string => (text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text)
const splitPath = (path: string): readonly string[] => (path.match(/"(?:[^"\\]|\\.)*"|\w+/g) ?? []).map(unquote)

function comparison(path: readonly string[], operator: string, expected: string): Test {
  const isSeverity = path.length === 1 && path[0] === 'severity'
  const pattern = operator === '=~' ? new RegExp(expected) : null
  return (entry) => {
    const found = valueAt(entry, path)
    const actual = found === undefined ? '' : typeof found === 'string' ? found : JSON.stringify(found)
    if (pattern !== null) return pattern.test(actual)
    if (operator === ':') return actual.toLowerCase().includes(expected.toLowerCase())
    if (operator === '=') return actual === expected
    if (operator === '!=') return actual !== expected
    const order = isSeverity
      ? SEVERITIES.indexOf(actual) - SEVERITIES.indexOf(expected)
      : compareValues(actual, expected)
    return operator === '>=' ? order >= 0 : operator === '>' ? order > 0 : operator === '<=' ? order <= 0 : order < 0
  }
}

/** Times in UTC compare whatever their precision; the rest is text. */
function compareValues(actual: string, expected: string): number {
  const [a, b] = [toNanoseconds(actual), toNanoseconds(expected)]
  return a < b ? -1 : a > b ? 1 : 0
}

const toNanoseconds = (text: string): string =>
  text.replace(
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/,
    (_, whole: string, part = '') => `${whole}.${String(part).padEnd(9, '0')}Z`,
  )

function valueAt(entry: JsonObject, path: readonly string[]): Json | undefined {
  let value: Json | undefined = entry
  for (const part of path) value = isObject(value) ? value[part] : undefined
  return value
}
