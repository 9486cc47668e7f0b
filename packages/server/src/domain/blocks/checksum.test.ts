import { readFileSync } from 'node:fs'
import { parseLossless, type JsonObject } from '@slipway/contract'
import { expect, test } from 'vitest'
import { blockSchemaChecksum, nonBlockDefinitions } from './checksum.ts'
import { isJsonObject } from '../json-object.ts'
import { pythonJson } from './python-json.ts'

function fieldsOf(text: string): JsonObject {
  const fields = parseLossless(text)
  if (!isJsonObject(fields)) throw new Error(`not an object: ${text}`)
  return fields
}

/** Recorded from the client of Prefect 3.8.8 with classes of our own: nested, unions, lists, floats, all scripts. */
function goldens(): readonly (readonly [string, string, JsonObject])[] {
  const list = parseLossless(readFileSync(new URL('checksum-goldens.json', import.meta.url), 'utf8'))
  if (!Array.isArray(list)) throw new Error('the goldens are a list')
  return list.map((golden: JsonObject) => {
    const { name, checksum, fields } = golden
    if (typeof name !== 'string' || typeof checksum !== 'string' || !isJsonObject(fields ?? null))
      throw new Error('broken golden')
    return [name, checksum, fields as JsonObject]
  })
}

test.for(goldens())('%s has the checksum that the client computes', ([, checksum, fields]) => {
  expect(blockSchemaChecksum(fields)).toBe(checksum)
})

/** Recorded from a stock server that was given these fields. */
test.for([
  [
    'secret fields do not count',
    '{"title":"T","type":"object","block_type_slug":"oracle","properties":{"user":{"type":"string"},"key":{"type":"string","format":"password","writeOnly":true},"opts":{"type":"object"}},"secret_fields":["key","opts.token","deep.*"]}',
    'b73e733e4bdffcba2be84e8206842f21a4559157fbafbea11c268fbb5da57e0a',
  ],
  [
    'plain',
    '{"title":"S","type":"object","block_type_slug":"s"}',
    '8115d204610bec6c8451c8072c52eee74797281f619979f18dd1c2ae00571210',
  ],
  [
    'a definition that nothing refers to does not count',
    '{"title":"S","type":"object","block_type_slug":"s","definitions":{"X":{"type":"object"}}}',
    '8115d204610bec6c8451c8072c52eee74797281f619979f18dd1c2ae00571210',
  ],
  [
    'a definition that is used counts',
    '{"title":"S","type":"object","block_type_slug":"s","definitions":{"X":{"type":"object"}},"properties":{"p":{"$ref":"#/definitions/X"}}}',
    'a9d2c946d9321736997759b65ea4cf8a66613f42c875b45e7f85e2b98fe52155',
  ],
  [
    '1.0 stays a float',
    '{"title":"S","type":"object","block_type_slug":"s","properties":{"a":{"default":1.0}}}',
    'a336426ac3f6ab3db79deda0a4ee57719a81b63bfdcb3f395fbd155e7c7bb481',
  ],
  [
    'exponents and large integers',
    '{"title":"S","type":"object","block_type_slug":"s","properties":{"a":{"default":1e+21,"b":1e-07,"c":123456789012345680000}}}',
    '5bbc653a7ef516a5eeb8b3d83444dee4053c5ade68526bc9130a377c19b31f62',
  ],
  [
    'keys are sorted',
    '{"title":"S","type":"object","block_type_slug":"s","properties":{"z":1,"a":{"y":null,"b":true}}}',
    '054281088e0ac47fcd26dba48b0fab183f83dc22e9330602b47af1d65544a90d',
  ],
] as const)('%s', ([, text, checksum]) => {
  expect(blockSchemaChecksum(fieldsOf(text))).toBe(`sha256:${checksum}`)
})

test('only what something refers to, is no block and is not empty counts as a definition', () => {
  const fields = fieldsOf(`{
    "properties": {"a": {"$ref": "#/definitions/A"}, "b": {"anyOf": [{"$ref": "#/definitions/B"}]}, "c": {"$ref": "#/definitions/Empty"}},
    "definitions": {
      "A": {"x": {"$ref": "#/definitions/Deep"}}, "B": {"block_type_slug": "b", "y": {"$ref": "#/definitions/InBlock"}},
      "Deep": {"z": 1}, "InBlock": {"z": 2}, "Empty": {}, "Unused": {"z": 3}, "Odd": 7
    }
  }`)
  expect(Object.keys(nonBlockDefinitions(fields))).toEqual(['A', 'Deep', 'InBlock'])
})

test.for([
  ['1', '1'],
  ['-0', '0'],
  ['-0.0', '-0.0'],
  ['1.50', '1.5'],
  ['100.0', '100.0'],
  ['0.0001', '0.0001'],
  ['0.00001', '1e-05'],
  ['1e15', '1000000000000000.0'],
  ['1e16', '1e+16'],
  ['1.25E+300', '1.25e+300'],
  ['5e-324', '5e-324'],
  ['9007199254740993', '9007199254740993'],
  ['9007199254740993.0', '9007199254740992.0'],
  ['1e999', 'Infinity'],
  ['"é\\u2028\\u007f/😀\\ud800"', String.raw`"\u00e9\u2028\u007f/\ud83d\ude00\ud800"`],
  [String.raw`"\b\f\n\r\t\u0001\"\\"`, String.raw`"\b\f\n\r\t\u0001\"\\"`],
  ['[1,[],{},null,true]', '[1, [], {}, null, true]'],
  ['{"b":1,"a":2,"Z":3,"10":4,"9":5}', '{"10": 4, "9": 5, "Z": 3, "a": 2, "b": 1}'],
  ['{"\u{1f600}":1,"\ue000":2,"ab":3,"a":4}', String.raw`{"a": 4, "ab": 3, "\ue000": 2, "\ud83d\ude00": 1}`],
  ['{"__proto__":{"b":1,"a":2}}', '{"__proto__": {"a": 2, "b": 1}}'],
] as const)('Python prints %s as %s', ([text, printed]) => {
  expect(pythonJson(parseLossless(text))).toBe(printed)
})
