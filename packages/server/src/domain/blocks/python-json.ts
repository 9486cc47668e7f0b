import { isRawNumber, type Json } from '@slipway/contract'

/**
 * Prints a value exactly as Python's `json.dumps(value, sort_keys=True)` does, so that hashes of it agree.
 * Numbers must come from `parseLossless`: Python tells 1.0 from 1, JavaScript does not.
 */
export function pythonJson(value: Json): string {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (typeof value === 'number') return pythonNumber(String(value))
  if (typeof value === 'string') return pythonString(value)
  if (isRawNumber(value)) return pythonNumber(value.rawJSON)
  if (Array.isArray(value)) return `[${value.map((item: Json) => pythonJson(item)).join(', ')}]`
  const entries = Object.entries(value).sort(([a], [b]) => compareCodePoints(a, b))
  return `{${entries.map(([key, item]) => `${pythonString(key)}: ${pythonJson(item)}`).join(', ')}}`
}

function pythonNumber(source: string): string {
  if (!/^-?\d+$/.test(source)) return pythonFloat(Number(source))
  return source === '-0' ? '0' : source
}

/** Python's `repr`: the shortest digits that read back, with an exponent below 1e-4 and from 1e16 on. */
function pythonFloat(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity'
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  const [mantissa = '0', power = '0'] = Math.abs(value).toExponential().split('e')
  const digits = mantissa.replace('.', '')
  const exponent = Number(power)
  if (exponent < -4 || exponent >= 16) {
    const size = String(Math.abs(exponent)).padStart(2, '0')
    return `${sign}${mantissa}e${exponent < 0 ? '-' : '+'}${size}`
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0')
  return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`
}

/** JSON's own short escapes, and `\uXXXX` for everything that is not printable ASCII, one for each half of a pair. */
function pythonString(text: string): string {
  return JSON.stringify(text).replaceAll(/[\x7f-\uffff]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

/** JavaScript compares halves of pairs, which puts the characters beyond U+FFFF before those from U+E000 on. */
function compareCodePoints(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)]
  for (const [index, mine] of left.entries()) {
    const other = right[index]
    if (other === undefined) return 1
    const difference = (mine.codePointAt(0) ?? 0) - (other.codePointAt(0) ?? 0)
    if (difference !== 0) return difference
  }
  return left.length - right.length
}
