import { parseLossless, type JsonObject } from '@slipway/contract'
import { describe, expect, test } from 'vitest'
import { obfuscate, restoreObfuscated, secretTexts } from './secrets.ts'

const reference = { $ref: { block_document_id: '0190b1f0-0000-7000-8000-000000000001' } }

function schema(...secret_fields: string[]): JsonObject {
  return { secret_fields }
}

describe('obfuscate', () => {
  test.for<[string, JsonObject, JsonObject, JsonObject]>([
    ['nothing is secret', {}, { a: 1 }, { a: 1 }],
    ['a field', schema('a'), { a: 's', b: 's' }, { a: '********', b: 's' }],
    ['a null is nothing to hide', schema('a'), { a: null }, { a: null }],
    ['a number', schema('a'), { a: 7 }, { a: '********' }],
    ['a whole object', schema('a'), { a: { password: 's' } }, { a: '********' }],
    ['a whole list', schema('a'), { a: ['s'] }, { a: '********' }],
    ['a field of a field', schema('a.b'), { a: { b: 's', c: 's' }, b: 's' }, { a: { b: '********', c: 's' }, b: 's' }],
    ['a path that does not exist', schema('a.b', 'x.*'), { a: 'v' }, { a: 'v' }],
    [
      'everything in a field',
      schema('a.*'),
      { a: { b: 's', c: { d: 's' } } },
      { a: { b: '********', c: { d: '********' } } },
    ],
    ['null below a wildcard', schema('a.*'), { a: { b: null } }, { a: { b: '********' } }],
    ['list below a wildcard', schema('a.*'), { a: { b: ['s', { c: 's' }] } }, { a: { b: '********' } }],
    ['wildcard over what has no fields', schema('a.*', 'b.*', 'c.*'), { a: 's', b: {}, c: null }, stars('a', 'b', 'c')],
    [
      'wildcard in a block in a block',
      schema('x.y.*'),
      { x: { y: { z: 's' }, n: 1 } },
      { x: { y: { z: '********' }, n: 1 } },
    ],
    ['path that goes on after a wildcard', schema('a.*.b'), { a: { x: { c: 's' } } }, { a: { x: { c: '********' } } }],
    ['wildcard alone', schema('*'), { a: 's', b: { c: 's' } }, { a: '********', b: { c: '********' } }],
    [
      'list of blocks',
      schema('a.b'),
      { a: [{ b: 's', c: 1 }, { b: 's' }] },
      { a: [{ b: '********', c: 1 }, { b: '********' }] },
    ],
    ['list of blocks with a wildcard', schema('a.b.*'), { a: [{ b: { c: 's' } }] }, { a: [{ b: { c: '********' } }] }],
    [
      'dict of models',
      schema('a.b'),
      { a: { x: { b: 's', c: 1 } }, d: { b: 1 } },
      { a: { x: { b: '********', c: 1 } }, d: { b: 1 } },
    ],
    ['a field that is not there', schema('a'), { b: { a: 1 } }, { b: { a: 1 } }],
    ['reference to a block', schema('a', 'b.*'), { a: reference, b: reference }, { a: reference, b: reference }],
    ['broken schema', { secret_fields: 'a' }, { a: 1 }, { a: 1 }],
  ])('%s', ([, fields, data, expected]) => {
    expect(obfuscate(data, fields)).toEqual(expected)
  })

  function stars(...names: string[]): JsonObject {
    return Object.fromEntries(names.map((name) => [name, '********']))
  }

  test('numbers stay as they were written', () => {
    const data = parseLossless('{"a":1.0,"b":{"c":1.0},"d":1.0}') as JsonObject
    expect(JSON.stringify(obfuscate(data, schema('b.*', 'd')))).toBe('{"a":1.0,"b":{"c":"********"},"d":"********"}')
  })
})

describe('stars that come back', () => {
  const fields = schema('key', 'opts.token', 'deep.*', 'list.key')
  const old = {
    key: 'k1',
    opts: { token: 't1', x: 1 },
    deep: { a: 's', b: null, c: { d: 'e' }, l: [1] },
    list: [{ key: 'l1' }, { key: 'l2' }],
    open: '********',
  }

  test('all of them: nothing has changed', () => {
    expect(restoreObfuscated(obfuscate(old, fields), old, fields)).toEqual(old)
  })

  test.for<[string, JsonObject, JsonObject]>([
    ['stars keep the old secret', { key: '********' }, { key: 'k1' }],
    [
      'another value replaces it',
      { key: 'k2', opts: { token: '********', x: 2 } },
      { key: 'k2', opts: { token: 't1', x: 2 } },
    ],
    ['null removes it', { key: null }, { key: null }],
    ['a part of a hidden object', { deep: { a: '********' } }, { deep: { a: 's' } }],
    ['a hidden object as a whole', { deep: '********' }, { deep: old.deep }],
    ['stars for a secret that never was', { deep: { new: '********' } }, { deep: { new: '********' } }],
    ['stars that are no secret', { open: '********', other: '********' }, { open: '********', other: '********' }],
    [
      'lists by position',
      { list: [{ key: '********' }, { key: 'n' }, { key: 'x' }] },
      { list: [{ key: 'l1' }, { key: 'n' }, { key: 'x' }] },
    ],
  ])('%s', ([, update, expected]) => {
    expect(restoreObfuscated(update, old, fields)).toEqual(expected)
  })
})

test('every secret text is found, for redaction', () => {
  const data = { key: 'k1', opts: { token: 't1', x: 'open' }, deep: { a: 's', n: 12_345, l: ['m', null] }, open: 'o' }
  expect(secretTexts(data, schema('key', 'opts.token', 'deep.*'))).toEqual(['k1', 't1', 's', '12345', 'm'])
})
