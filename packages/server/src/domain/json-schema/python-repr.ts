import type { Json } from './plain.ts'
import { isArray, isObject, rawNumber } from './plain.ts'

/** A value as Python's `repr` prints it; validation messages of Prefect 3.8 quote values this way. */
export function pythonRepr(value: Json): string {
  if (value === null) return 'None'
  if (value === true) return 'True'
  if (value === false) return 'False'
  if (typeof value === 'string') return reprString(value)
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : reprFloat(value)
  const raw = rawNumber(value)
  if (raw !== null) return /^-?\d+$/.test(raw) ? raw : reprFloat(Number(raw))
  if (isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`
  if (!isObject(value)) return ''
  const entries = Object.entries(value).map(([key, item]) => `${reprString(key)}: ${pythonRepr(item)}`)
  return `{${entries.join(', ')}}`
}

/** A value as Python's `str` prints it: a string stays as it is. */
export function pythonStr(value: Json): string {
  return typeof value === 'string' ? value : pythonRepr(value)
}

/** Python switches to an exponent from 1e16 on and below 1e-4, and a float always shows a point. */
function reprFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (Object.is(value, -0)) return '-0.0'
  const magnitude = Math.abs(value)
  if (magnitude !== 0 && (magnitude >= 1e16 || magnitude < 1e-4)) {
    const [digits = '', exponent = ''] = value.toExponential().split('e')
    const sign = exponent.startsWith('-') ? '-' : '+'
    return `${digits}e${sign}${exponent.slice(1).padStart(2, '0')}`
  }
  const text = String(value)
  return text.includes('.') ? text : `${text}.0`
}

function reprString(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  let body = ''
  for (const character of text) body += escapeCharacter(character, quote)
  return `${quote}${body}${quote}`
}

function escapeCharacter(character: string, quote: string): string {
  switch (character) {
    case '\\':
      return '\\\\'
    case '\n':
      return '\\n'
    case '\r':
      return '\\r'
    case '\t':
      return '\\t'
    case quote:
      return `\\${quote}`
    default:
      return character !== ' ' && /[\p{C}\p{Z}]/u.test(character) ? escapeCode(character) : character
  }
}

function escapeCode(character: string): string {
  const code = character.codePointAt(0) ?? 0
  const hex = code.toString(16)
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}
