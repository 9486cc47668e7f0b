import { parseLossless } from '@slipway/contract'
import { expect, test } from 'vitest'
import { asJson } from './plain.ts'
import { pythonRepr } from './python-repr.ts'

test.for([
  ['null', 'None'],
  ['true', 'True'],
  ['1', '1'],
  ['1.0', '1.0'],
  ['1e5', '100000.0'],
  ['1e16', '1e+16'],
  ['1e-5', '1e-05'],
  ['0.0001', '0.0001'],
  ['123456789012345678901', '123456789012345678901'],
  ['-2.50', '-2.5'],
  [String.raw`"it's"`, `"it's"`],
  [String.raw`"a\"b"`, `'a"b'`],
  [String.raw`"'\""`, String.raw`'\'"'`],
  [String.raw`"\n\t\\ é"`, String.raw`'\n\t\\ é'`],
  [String.raw`"\u00a0\u200b\u0007"`, String.raw`'\xa0\u200b\x07'`],
  ['{"a": [1, "x", {}], "b": null}', "{'a': [1, 'x', {}], 'b': None}"],
] as const)('%s is printed as %s', ([json, printed]) => {
  expect(pythonRepr(asJson(parseLossless(json)))).toBe(printed)
})
