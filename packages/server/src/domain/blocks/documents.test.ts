import type { JsonObject } from '@slipway/contract'
import { describe, expect, test } from 'vitest'
import { assembleDocument, updateDocument, type OpenDocument } from './documents.ts'
import {
  blockReferenceOf,
  findBlockReferences,
  replaceBlockReferences,
  separateReferences,
  wouldFormCycle,
} from './references.ts'

const schema_fields = { secret_fields: ['key', 'opts.token', 'deep.*'] }
const block_type = { name: 'Oracle', slug: 'oracle' }
const [A, B, C] = ['a', 'b', 'c'].map((digit) => `0190b1f0-0000-7000-8000-00000000000${digit}`) as [
  string,
  string,
  string,
]

function reference(id: string): JsonObject {
  return { $ref: { block_document_id: id } }
}

function document(id: string, name: string, content: JsonObject): OpenDocument {
  return { id, name, block_type, is_anonymous: false, schema_fields, ...separateReferences(content) }
}

describe('assembling', () => {
  const inner = document(A, 'inner', { user: 'i', key: 'deepkey' })
  const outer = document(B, 'outer', { user: 'o', opts: reference(A) })
  const third = document(C, 'third', { opts: reference(B), user: '3' })
  const all = new Map([inner, outer, third].map((each) => [each.id, each]))
  const innerRecord = {
    block_document: { id: A, name: 'inner', block_type, is_anonymous: false, block_document_references: {} },
  }

  test('references become the data of their documents, each with its own secrets hidden', () => {
    expect(assembleDocument(third, (id) => all.get(id), { include_secrets: false })).toEqual({
      data: { user: '3', opts: { user: 'o', opts: { user: 'i', key: '********' } } },
      block_document_references: {
        opts: {
          block_document: {
            id: B,
            name: 'outer',
            block_type,
            is_anonymous: false,
            block_document_references: { opts: innerRecord },
          },
        },
      },
    })
  })

  test('with secrets, nested ones are in clear too', () => {
    expect(assembleDocument(outer, (id) => all.get(id), { include_secrets: true })).toEqual({
      data: { user: 'o', opts: { user: 'i', key: 'deepkey' } },
      block_document_references: { opts: innerRecord },
    })
  })

  test('a reference whose document is gone leaves no field', () => {
    expect(assembleDocument(outer, () => undefined, { include_secrets: true })).toEqual({
      data: { user: 'o' },
      block_document_references: {},
    })
  })

  test('a circle ends', () => {
    const circle = document(A, 'circle', { opts: reference(A) })
    expect(() => assembleDocument(circle, () => circle, { include_secrets: true })).toThrow(/deeper than 50/)
  })
})

describe('updating', () => {
  const current = document(A, 'one', { user: 'u', key: 'k1', opts: { token: 't1', x: 1 }, child: reference(B) })

  test.for<[string, JsonObject, boolean, JsonObject, readonly string[]]>([
    ['merge keeps the rest', { user: 'v' }, true, { user: 'v', key: 'k1', opts: { token: 't1', x: 1 } }, ['child']],
    [
      'stars keep the secret',
      { key: '********' },
      true,
      { user: 'u', key: 'k1', opts: { token: 't1', x: 1 } },
      ['child'],
    ],
    ['merge is for whole fields', { opts: { x: 2 } }, true, { user: 'u', key: 'k1', opts: { x: 2 } }, ['child']],
    ['replace drops the rest', { user: 'v', key: '********' }, false, { user: 'v', key: 'k1' }, []],
    ['replace by nothing', {}, false, {}, []],
    ['a reference in place of data', { opts: reference(C) }, true, { user: 'u', key: 'k1' }, ['child', 'opts']],
    [
      'data in place of a reference',
      { child: 1 },
      true,
      { user: 'u', key: 'k1', opts: { token: 't1', x: 1 }, child: 1 },
      [],
    ],
    [
      'another reference',
      { child: reference(C) },
      true,
      { user: 'u', key: 'k1', opts: { token: 't1', x: 1 } },
      ['child'],
    ],
  ])('%s', ([, update, merge, data, names]) => {
    const next = updateDocument(current, update, { merge })
    expect(next.data).toEqual(data)
    expect(next.references.map(({ name }) => name)).toEqual(names)
  })
})

describe('references', () => {
  test.for<[JsonObject | string | null, string | null]>([
    [reference(A), A],
    [{ ...reference(A.toUpperCase()), other: 1 }, A],
    [{ $ref: '#/definitions/X' }, null],
    [{ $ref: { block_document_id: 'nope' } }, null],
    [{ $ref: {} }, null],
    ['text', null],
    [null, null],
  ])('%j refers to %s', ([value, expected]) => {
    expect(blockReferenceOf(value)).toBe(expected)
  })

  test('they are found and replaced at any depth', () => {
    const value = { a: reference(A), b: [{ c: reference(B) }, reference(A)], d: 1 }
    expect(findBlockReferences(value)).toEqual([A, B])
    expect(replaceBlockReferences(value, (id) => (id === A ? { is: 'A' } : 'B'))).toEqual({
      a: { is: 'A' },
      b: [{ c: 'B' }, { is: 'A' }],
      d: 1,
    })
  })

  test('a circle is seen before it is closed', () => {
    const edges = new Map([
      [B, [C]],
      [C, [A]],
    ])
    expect(wouldFormCycle(A, [B], (id) => edges.get(id) ?? [])).toBe(true)
    expect(wouldFormCycle(A, [A], () => [])).toBe(true)
    expect(wouldFormCycle(B, [C], (id) => edges.get(id) ?? [])).toBe(false)
    expect(wouldFormCycle('d', [B], (id) => edges.get(id) ?? [])).toBe(false)
  })
})
