import { expect, test } from 'vitest'
import { parseTextSearch } from './text-search.ts'

test.for([
  ['', [], [], []],
  ['  \t ', [], [], []],
  ['a b', ['a', 'b'], [], []],
  ['a -b !c +d', ['a'], ['b', 'c'], ['d']],
  ['- a', ['a'], [], []],
  ['a -', ['a'], [], []],
  ['--a', [], ['-a'], []],
  ['"one two" -"three four"', ['one two'], ['three four'], []],
  ['"never closed', ['never closed'], [], []],
  [String.raw`"say \"hi\" \\ \n"`, [String.raw`say "hi" \ \n`], [], []],
  ['a"b c"d', ['a', 'b c', 'd'], [], []],
  ['-"" ""', [], [], []],
] as const)('%s', ([query, include, exclude, required]) => {
  expect(parseTextSearch(query)).toEqual({ include, exclude, required })
})
