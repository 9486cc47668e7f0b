import { readFileSync } from 'node:fs'
import { parseLossless } from '@slipway/contract'
import { assert, constantFrom, dictionary, jsonValue, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createPatternCache } from './patterns.ts'
import { asJson, type JsonObject } from './plain.ts'
import { checkSchema, firstError, validate, type Validity } from './validate.ts'

const patterns = createPatternCache(100)
const strict = { patterns, ignore_required: false, allow_none_with_default: false, preprocess: true }

function text(validity: Validity): string {
  return validity.kind === 'valid' || validity.kind === 'circular' ? validity.kind : validity.message
}

interface GoldenCase {
  readonly value: JsonObject
  readonly schema: JsonObject
  readonly preprocess: boolean
  readonly ignore_required: boolean
  readonly allow_none_with_default: boolean
  readonly best: string
  readonly first: string | null
}

test('agrees word by word with the validator of Prefect 3.8 on 400 random cases', () => {
  const lines = readFileSync(new URL('./golden/python-validator.jsonl', import.meta.url), 'utf8')
    .trim()
    .split('\n')
  const differences = lines.flatMap((line) => {
    const { best, first, ...input } = asJson(parseLossless(line)) as unknown as GoldenCase
    const ours = {
      best: text(validate({ ...input, patterns })),
      first: first === null ? null : text(firstError({ ...input, patterns })),
    }
    return ours.best === best && ours.first === first ? [] : [{ input, best, first, ours }]
  })
  expect(lines).toHaveLength(400)
  expect(differences).toEqual([])
})

describe('messages recorded from a stock server', () => {
  const schema = {
    type: 'object',
    properties: {
      image: { type: 'string' },
      env: { type: 'object', additionalProperties: { type: 'string' } },
      cpu: { type: 'integer', minimum: 1, maximum: 8, default: 1 },
      mode: { type: 'string', enum: ['fast', 'slow'], default: 'fast' },
    },
    required: ['image'],
  }

  test.for([
    [{ image: 5 }, "Validation failed for field 'image'. Failure reason: 5 is not of type 'string'"],
    [{ image: null }, "Validation failed for field 'image'. Failure reason: None is not of type 'string'"],
    [{ image: 'i', cpu: 9 }, "Validation failed for field 'cpu'. Failure reason: 9 is greater than the maximum of 8"],
    [
      { image: 'i', cpu: '2' },
      "Validation failed for field 'cpu'. Failure reason: '2' is not valid under any of the given schemas",
    ],
    [{ image: 'i', cpu: null }, 'valid'],
    [
      { image: 'i', mode: 'medium' },
      "Validation failed for field 'mode'. Failure reason: 'medium' is not one of ['fast', 'slow']",
    ],
    [{ image: 'i', env: { A: 1 } }, "Validation failed for field 'env.A'. Failure reason: 1 is not of type 'string'"],
    [{ image: 'i', extra: [1] }, 'valid'],
    [{}, "Validation failed. Failure reason: 'image' is a required property"],
  ] as const)('%j', ([value, message]) => {
    expect(text(validate({ ...strict, allow_none_with_default: true, value, schema }))).toBe(message)
  })

  test('2.0 is an integer, and is quoted as it was written', () => {
    expect(text(validate({ ...strict, value: parseLossless('{"image": "i", "cpu": 2.0}'), schema }))).toBe('valid')
    expect(text(validate({ ...strict, value: parseLossless('{"image": 2.0}'), schema }))).toBe(
      "Validation failed for field 'image'. Failure reason: 2.0 is not of type 'string'",
    )
  })

  test('a schema that is none', () => {
    expect(checkSchema({ properties: { image: { type: 'bogus' } } }, patterns)).toEqual({
      kind: 'bad-schema',
      message: "Invalid schema: 'bogus' is not valid under any of the given schemas",
    })
  })
})

describe('hostile schemas', () => {
  test('a reference to itself is told, not followed for ever', () => {
    expect(validate({ ...strict, value: {}, schema: { $ref: '#' } }).kind).toBe('circular')
  })

  test('nothing is fetched', () => {
    const schema = { properties: { a: { $ref: 'http://127.0.0.1:1/schema.json' } } }
    expect(text(validate({ ...strict, value: { a: 1 }, schema }))).toBe(
      'Validation failed. Failure reason: Unresolvable: http://127.0.0.1:1/schema.json',
    )
  })

  test('exponential branching ends with a refusal', () => {
    const levels = Array.from({ length: 40 }, (_, level) => [
      `L${level}`,
      { anyOf: [{ $ref: `#/$defs/L${level + 1}` }, { $ref: `#/$defs/L${level + 1}` }] },
    ])
    const schema = { $ref: '#/$defs/L0', $defs: { ...Object.fromEntries(levels), L40: false } } as JsonObject
    expect(validate({ ...strict, value: {}, schema }).kind).toBe('bad-schema')
  })

  test('a pattern that would hang a backtracking engine does not', () => {
    const schema = { properties: { a: { pattern: '^(a+)+$' } } }
    expect(validate({ ...strict, value: { a: `${'a'.repeat(50_000)}!` }, schema }).kind).toBe('invalid')
  })

  test('a pattern that RE2 cannot express is refused only where a value meets it', () => {
    const schema = { properties: { a: { type: 'string', pattern: '^(?!x).*$' } } }
    expect(validate({ ...strict, value: {}, schema })).toEqual({ kind: 'valid' })
    expect(text(validate({ ...strict, value: { a: 'y' }, schema }))).toContain(
      'look-around and back-references are not supported',
    )
  })

  test('deep nesting is refused', () => {
    const deep = Array.from({ length: 5_000 }).reduce<JsonObject>((inner) => ({ not: inner }), {})
    expect(validate({ ...strict, value: {}, schema: deep }).kind).toBe('bad-schema')
  })

  test('names of JavaScript are ordinary names', () => {
    const schema = {
      properties: { toString: { type: 'string' } },
      required: ['constructor', '__proto__'],
    } as unknown as JsonObject
    expect(text(validate({ ...strict, value: {}, schema }))).toBe(
      "Validation failed. Failure reason: 'constructor' is a required property",
    )
    expect(
      validate({ ...strict, value: JSON.parse('{"constructor":1,"__proto__":2}') as JsonObject, schema }).kind,
    ).toBe('valid')
  })

  test('any JSON as a schema is answered, never thrown at', () => {
    const anything = dictionary(
      constantFrom('type', 'properties', 'items', '$ref', 'anyOf', 'required', 'enum', 'pattern', 'if'),
      jsonValue(),
    )
    assert(
      property(anything, jsonValue(), (schema, value) => {
        for (const check of [validate, firstError])
          expect(typeof check({ ...strict, schema, value }).kind).toBe('string')
      }),
    )
  })
})
