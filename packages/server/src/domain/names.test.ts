import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ADJECTIVES, ANIMALS, randomName } from './names.ts'

describe('names', () => {
  test.for([
    ['adjectives', ADJECTIVES],
    ['animals', ANIMALS],
  ] as const)('there are more than a hundred %s, each once, in plain letters', ([, words]) => {
    expect(words.length).toBeGreaterThan(100)
    expect(new Set(words).size).toBe(words.length)
    expect(words.filter((word) => !/^[a-z]+$/.test(word))).toEqual([])
  })

  test('are two words for any fraction', () => {
    const fraction = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(fraction, fraction, (first, second) => {
        const fractions = [first, second]
        expect(randomName(() => fractions.shift() ?? 0)).toMatch(/^[a-z]+-[a-z]+$/)
      }),
    )
    expect(randomName(() => 0)).toBe('able-aardvark')
  })
})
