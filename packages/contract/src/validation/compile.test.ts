import { Type, type TSchema } from 'typebox'
import { expect, test } from 'vitest'
import { DateTime, Duration, Labels } from '../json.ts'
import { Uuid } from '../ids.ts'
import { parseLossless } from '../lossless-json.ts'
import { Default, Integer, Nullable, OneOf, SetOf, Strict } from '../schema.ts'
import { contractChecks } from './checks.ts'
import { compileSchema } from './compile.ts'
import type { Issue } from './issue.ts'

function read(schema: TSchema, value: unknown): { value: unknown } | { faults: string[] } {
  const issues: Issue[] = []
  const result = compileSchema(schema, { checks: contractChecks })(value, { parent: null, key: 'body' }, issues)
  return issues.length === 0
    ? { value: result }
    : { faults: issues.map(({ loc, type }) => `${loc.join('.')} ${type}`).toSorted() }
}

test.for<[string, TSchema, unknown, unknown]>([
  ['an integer', Integer(), 3, 3],
  ['an integer written as 3.0', Integer(), parseLossless('3.0'), 3],
  ['text that spells an integer', Integer(), ' +3 ', 3],
  ['true as a number', Type.Number(), true, 1],
  ['text that spells a number', Type.Number(), '1.5e3', 1_500],
  ['a truth value in words', Type.Boolean(), 'YES', true],
  ['a truth value as a number', Type.Boolean(), 0, false],
  ['a UUID without hyphens', Uuid, '01961F6E00007000800000000000ABCD', '01961f6e-0000-7000-8000-00000000abcd'],
  ['a UUID in braces', Uuid, '{01961f6e-0000-7000-8000-00000000abcd}', '01961f6e-0000-7000-8000-00000000abcd'],
  ['a time with a space and an offset', DateTime, '2026-11-24 02:06:26+01:00', '2026-11-24T01:06:26.000000Z'],
  ['a time in seconds', DateTime, 0, '1970-01-01T00:00:00.000000Z'],
  ['a time in milliseconds', DateTime, 1_700_000_000_000, '2023-11-14T22:13:20.000000Z'],
  ['a time in seconds as text', DateTime, '1700000000', '2023-11-14T22:13:20.000000Z'],
  ['a duration in seconds', Duration, 1.5, 1.5],
  ['an ISO duration', Duration, 'P1DT2H3M4.5S', 93_784.5],
  ['a clock duration', Duration, '1 day, 02:03:04', 93_784],
  ['a negative duration', Duration, '-PT1M', -60],
  ['null where it may be', Nullable(Integer()), null, null],
  ['labels of every kind', Labels, { a: 'x', b: 1, c: 1.5, d: true }, { a: 'x', b: 1, c: 1.5, d: true }],
  ['a set', SetOf(Type.String()), ['a', 'b', 'a'], ['a', 'b']],
  ['the branch that fits', Type.Union([Integer(), Type.Array(Integer())]), [1], [1]],
  ['a default', Strict({ a: Default(Integer(), 7) }), {}, { a: 7 }],
  ['a default of null', Strict({ a: Default(Nullable(Integer()), null) }), {}, { a: null }],
  ['no default', Strict({ a: Type.Optional(Integer()) }), {}, {}],
  ['an explicit null over a default', Strict({ a: Default(Nullable(Integer()), 7) }), { a: null }, { a: null }],
  ['a word that is always the same', Type.Object({ type: Type.Literal('event') }), {}, { type: 'event' }],
  ['unknown keys of an open object', Type.Object({ a: Integer() }), { a: 1, b: 2 }, { a: 1 }],
  [
    'unknown keys of an object that keeps them',
    Type.Object({ a: Integer() }, { additionalProperties: true }),
    { a: 1, b: 2 },
    { a: 1, b: 2 },
  ],
  ['old keys', Strict({ a: Integer() }, { dropped: ['old'] }), { a: 1, old: 2 }, { a: 1 }],
])('%s is read', ([, schema, given, expected]) => {
  expect(read(schema, given)).toEqual({ value: expected })
})

test.for<[string, TSchema, unknown, string[]]>([
  ['text as an integer', Integer(), '3x', ['body int_parsing']],
  ['half an integer', Integer(), 2.5, ['body int_from_float']],
  ['null as an integer', Integer(), null, ['body int_type']],
  ['an integer beyond 32 bits', Integer(), 2 ** 31, ['body less_than_equal']],
  ['a list as a number', Type.Number(), [], ['body float_type']],
  ['words as a number', Type.Number(), 'many', ['body float_parsing']],
  ['an endless number', Type.Number(), Infinity, ['body finite_number']],
  ['2 as a truth value', Type.Boolean(), 2, ['body bool_parsing']],
  ['null as a truth value', Type.Boolean(), null, ['body bool_type']],
  ['a number as text', Type.String(), 1, ['body string_type']],
  ['a number as a UUID', Uuid, 1, ['body uuid_type']],
  ['misplaced hyphens', Uuid, '01961f6e0-000-7000-8000-00000000abcd', ['body uuid_parsing']],
  ['a day that is none', DateTime, '2026-02-30', ['body value_error']],
  ['a truth value as a time', DateTime, true, ['body datetime_type']],
  ['a month as a duration', Duration, 'P1M', ['body time_delta_parsing']],
  ['an empty ISO duration', Duration, 'PT', ['body time_delta_parsing']],
  ['null as a duration', Duration, null, ['body time_delta_type']],
  ['a word that is not one of them', OneOf(['a', 'b']), 'c', ['body literal_error']],
  ['a list as a set', SetOf(Integer()), {}, ['body set_type']],
  ['too many items', Type.Array(Integer(), { maxItems: 1 }), [1, 2], ['body too_long']],
  ['a list as an object', Type.Object({}), [], ['body model_attributes_type']],
  ['inherited keys', Type.Object({ constructor: Type.String() }), {}, ['body.constructor missing']],
  ['astral characters one too many', Type.String({ maxLength: 2 }), '😀😀😀', ['body string_too_long']],
  ['every branch of a union', Type.Union([Integer(), Uuid]), 'x', ['body.int int_parsing', 'body.str uuid_parsing']],
])('%s is refused', ([, schema, given, faults]) => {
  expect(read(schema, given)).toEqual({ faults })
})

test('astral characters count once', () => {
  expect(read(Type.String({ maxLength: 2 }), '😀😀')).toEqual({ value: '😀😀' })
})

test('each reader gets its own copy of a default', () => {
  const schema = Strict({ tags: Default(Type.Array(Type.String()), []) })
  const validate = compileSchema(schema, { checks: {} })
  const first = validate({}, { parent: null, key: 'body' }, [])
  expect(first).toEqual({ tags: [] })
  expect((first as { tags: unknown }).tags).not.toBe(schema.properties.tags.default)
})

test('a schema that names an unknown check is a mistake of ours', () => {
  expect(() => compileSchema(Type.String({ check: 'nope' }), { checks: {} })).toThrow('nope')
})
