import { assert, bigInt, jsonValue, nat, property, string } from 'fast-check'
import { expect, test } from 'vitest'
import { hasUnsafeNumbers, isRawNumber, parseLossless, toPlain } from './lossless-json.ts'

test.for([
  ['1.0', 1],
  ['-0', -0],
  ['-0.0', -0],
  ['1e5', 100_000],
  ['1E400', Infinity],
  ['-1.50', -1.5],
  ['12345678901234567890', 12_345_678_901_234_567_000],
  ['9007199254740993', 9_007_199_254_740_992],
  ['0.1000000000000000055511151231257827', 0.1],
] as const)('%s comes back as it was written', ([text, plain]) => {
  expect(hasUnsafeNumbers(text)).toBe(true)
  for (const [whole, value] of [
    [text, plain],
    [`{"a":[${text},{"b":${text}}]}`, { a: [plain, { b: plain }] }],
  ] as const) {
    const parsed = parseLossless(whole)
    expect(JSON.stringify(parsed)).toBe(whole)
    expect(toPlain(parsed)).toEqual(value)
  }
})

test.for([
  '0',
  '1',
  '-1',
  '1.5',
  '0.1',
  '-0.25',
  '123456789012345',
  '9007199254740991',
  '1e+21',
  '5e-324',
  'null',
  'true',
  '""',
  '"1.0"',
  '"12345678901234567890"',
  '"say \\"1.0\\" twice"',
  '"ends in a backslash \\\\"',
  '["\\\\", "1.0"]',
  '{"1.0":"1.0","f0d0e0a0-0000-4000-8000-0000000000e5":"2026-01-02T03:04:05.100000Z"}',
])('%s needs no care', (text) => {
  expect(hasUnsafeNumbers(text)).toBe(false)
  expect(parseLossless(text)).toEqual(JSON.parse(text))
})

test('a number after a string with escapes is seen', () => {
  expect(hasUnsafeNumbers('["\\\\",1.0]')).toBe(true)
  expect(hasUnsafeNumbers('["\\"",1.0]')).toBe(true)
  expect(hasUnsafeNumbers('["\\\\\\"",1.0]')).toBe(true)
})

test('only the numbers that would change are raw', () => {
  const parsed = parseLossless('{"whole":1,"decimal":1.0,"text":"1.0"}')
  expect(Object.entries(parsed as object).map(([key, value]) => [key, isRawNumber(value)])).toEqual([
    ['whole', false],
    ['decimal', true],
    ['text', false],
  ])
})

test.for(['', '{', '[1.0', '"1.0', '1.0.0', '--1', '01', '1.', 'NaN'])('%j is refused like JSON.parse does', (text) => {
  expect(() => parseLossless(text)).toThrow(SyntaxError)
})

test('what JavaScript printed is never unsafe, and any padded decimal survives', () => {
  assert(property(jsonValue(), (value) => !hasUnsafeNumbers(JSON.stringify(value))))
  assert(
    property(bigInt(), nat(), string(), (whole, fraction, text) => {
      const source = `{"text":${JSON.stringify(text)},"number":${whole}.${fraction}0}`
      expect(JSON.stringify(parseLossless(source))).toBe(source)
    }),
  )
})
