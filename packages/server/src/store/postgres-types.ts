import { parseLossless, type Timestamp } from '@slipway/contract'
import { types, type CustomTypesConfig } from 'pg'

type Parse = (text: string) => unknown

/** Sessions run with TimeZone UTC and ISO dates: `2026-01-02 03:04:05.6+00`. */
const TIMESTAMPTZ = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(?:\.(\d{1,6}))?\+00$/

function timestampOf(text: string): Timestamp {
  // With all six digits, as nearly always: no need to look closer.
  if (text.length === 29 && text[10] === ' ' && text.endsWith('+00'))
    return `${text.slice(0, 10)}T${text.slice(11, 26)}Z`
  const match = TIMESTAMPTZ.exec(text)
  if (match === null) throw new RangeError(`${text} is not a moment of the years 1 to 9999 in UTC`)
  const [, date, time, fraction = ''] = match
  return `${date}T${time}.${fraction.padEnd(6, '0')}Z`
}

function integerOf(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`The integer ${text} does not fit a JavaScript number`)
  return value
}

const asText: Parse = (text) => text

const TEXT_ARRAY = 1009 as Parameters<typeof types.getTypeParser>[0] // oxlint-disable-line typescript/no-unsafe-enum-assignment -- the driver's list of types lacks arrays

/** Of one dimension; the driver splits it into texts. */
function arrayOf(parse: Parse): Parse {
  const split: (text: string) => readonly (string | null)[] = types.getTypeParser(TEXT_ARRAY)
  return (text) => split(text).map((item) => (item === null ? null : parse(item)))
}

/** Type oid → parser; what is not listed keeps the driver's own (text, boolean, int4, float8, bytea, uuid and their arrays). */
const PARSERS: ReadonlyMap<number, Parse> = new Map<number, Parse>([
  [20, integerOf],
  [1016, arrayOf(integerOf)],
  [1700, Number],
  [1231, arrayOf(Number)],
  [114, parseLossless],
  [199, arrayOf(parseLossless)],
  [3802, parseLossless],
  [3807, arrayOf(parseLossless)],
  [1184, timestampOf],
  [1185, arrayOf(timestampOf)],
  [1082, asText],
  [1182, arrayOf(asText)],
  [1114, asText],
  [1115, arrayOf(asText)],
  [1186, asText],
  [1187, arrayOf(asText)],
])

/** Rows without `Date`, rounded numbers or changed JSON. */
export const rowTypes: CustomTypesConfig = {
  getTypeParser(oid, format) {
    const own = format === 'binary' ? undefined : PARSERS.get(oid)
    const parse: Parse = own ?? types.getTypeParser(oid, format)
    return parse
  },
}
