import fc from 'fast-check'
import { expect, test } from 'vitest'
import { matchesGlob } from './glob.ts'

test.for([
  ['a.b', 'a.b', true],
  ['a.b', 'axb', false],
  ['prefect.flow-run.*', 'prefect.flow-run.Completed', true],
  ['prefect.flow-run.*', 'prefect.flow-run.', true],
  ['prefect.flow-run.*', 'prefect.task-run.Completed', false],
  ['*', '', true],
  ['', 'a', false],
  ['*.Failed', 'prefect.flow-run.Failed', true],
  ['a*b*c', 'aXbXbc', true],
  ['a?c', 'abc', true],
  ['a?c', 'ac', false],
  ['a?', 'a😀', true],
  ['[ab]x', 'bx', true],
  ['[!ab]x', 'bx', false],
  ['[a-c]', 'b', true],
  ['[a-c]', 'd', false],
  ['[]]', ']', true],
  ['[', '[', true],
  ['A', 'a', false],
] as const)('%s on %s', ([pattern, text, matches]) => {
  expect(matchesGlob(pattern, text)).toBe(matches)
})

test('agrees with a regular expression', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.') })
  const patterns = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?') })
  fc.assert(
    fc.property(patterns, letters, (pattern, text) => {
      const source = pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.')
      expect(matchesGlob(pattern, text)).toBe(new RegExp(`^${source}$`, 's').test(text))
    }),
  )
})

test('many stars take no time', () => {
  expect(matchesGlob(`${'*a'.repeat(50)}b`, 'a'.repeat(2_000))).toBe(false)
})
