import type { PatternCache } from './patterns.ts'

/** The formats that Prefect 3.8 checks, as loosely as it does; any other name passes. */
export function matchesFormat(format: string, text: string, patterns: PatternCache): boolean {
  switch (format) {
    case 'email':
    case 'idn-email':
      return text.includes('@')
    case 'ipv4':
      return isIpv4(text)
    case 'ipv6':
      return isIpv6(text)
    case 'date':
      return isDate(text)
    case 'uuid':
      return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text)
    case 'regex':
      return isRegex(text, patterns)
    default:
      return true
  }
}

function isIpv4(text: string): boolean {
  return (
    /^(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}$/.test(text) && text.split('.').every((part) => Number(part) < 256)
  )
}

function isIpv6(text: string): boolean {
  const [address = '', zone] = text.split('%', 2)
  if (zone === '' || address.length > 45) return false
  const tail = address.slice(address.lastIndexOf(':') + 1)
  const groups = tail.includes('.') ? (isIpv4(tail) ? address.replace(tail, '0:0') : '') : address
  const halves = groups.split('::')
  if (halves.length > 2) return false
  const parts = halves.flatMap((half) => (half === '' ? [] : half.split(':')))
  const isComplete = halves.length === 2 ? parts.length <= 7 : parts.length === 8
  return isComplete && parts.every((part) => /^[0-9a-f]{1,4}$/i.test(part))
}

function isDate(text: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  if (match === null) return false
  const [year, month, day] = match.slice(1).map(Number)
  if (year === undefined || month === undefined || day === undefined || year < 1) return false
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
  return days !== undefined && day >= 1 && day <= days
}

/** A pattern that RE2 cannot express may still be a regular expression: then JavaScript's own parser decides. */
function isRegex(text: string, patterns: PatternCache): boolean {
  if (patterns.compile(text) !== null) return true
  try {
    new RegExp(text, 'u').test('')
    return true
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}
