import { expect, test } from 'vitest'
import { errorTree } from './error-tree.ts'
import { createPatternCache } from './patterns.ts'
import { allErrors } from './validate.ts'

const schema = {
  type: 'object',
  properties: { name: { type: 'string' }, sizes: { type: 'array', items: { type: 'object', required: ['w'] } } },
  required: ['name'],
}

function errorsOf(value: unknown) {
  const result = allErrors({
    value,
    schema,
    patterns: createPatternCache(10),
    ignore_required: false,
    allow_none_with_default: false,
    preprocess: true,
  })
  return result.kind === 'checked' ? errorTree(result.errors) : result
}

test('a value that fits has no errors', () => {
  expect(errorsOf({ name: 'x', sizes: [{ w: 1 }] })).toEqual([])
})

test('errors stand where a form shows them', () => {
  expect(errorsOf({ sizes: [{ w: 1 }, {}, 5] })).toEqual([
    {
      property: 'sizes',
      errors: [
        { index: 1, errors: [{ property: 'w', errors: ["'w' is a required property"] }] },
        { index: 2, errors: ["5 is not of type 'object'"] },
      ],
    },
    { property: 'name', errors: ["'name' is a required property"] },
  ])
})

test('what is wrong with the whole is a text', () => {
  expect(errorsOf([])).toEqual(["[] is not of type 'object'"])
})
