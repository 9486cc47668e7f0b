import { expect, test } from 'vitest'
import { splitCommand } from './command.ts'
import { applyValues, findPlaceholders } from './placeholders.ts'

const values = { a: { b: [{ c: 0 }, 'x'] }, n: null, yes: true, text: 't' }

test.for([
  ['{{ a.b[0].c }}', 0],
  ['{{ a.b[-1] }}', 'x'],
  ['{{ a.b }}', [{ c: 0 }, 'x']],
  ['{{ n }}', null],
  ['-{{ n }}-{{ yes }}-{{ a.b }}', "-None-True-[{'c': 0}, 'x']"],
  ['{{ text }}{{ text }}', 'tt'],
  ['{{ gone }}', undefined],
  ['{{ a.b[7] }}', undefined],
  ['{{ a.b.c }}', undefined],
  ['{{ toString }}', undefined],
  ['<{{ gone }}>', '<>'],
  [
    { keep: 1, drop: '{{ gone }}', list: ['{{ gone }}', '{{ text }}'] },
    { keep: 1, list: ['t'] },
  ],
  ['{{ prefect.blocks.a.b }}', '{{ prefect.blocks.a.b }}'],
  ['{{ $HOME }}', ''],
  ['{{ a b }} {{ a | f }} {{}} { { text } }', '{{ a b }} {{ a | f }} {{}} { { text } }'],
  [
    [1, true, null, 2.5],
    [1, true, null, 2.5],
  ],
] as const)('%j becomes %j', ([template, result]) => {
  expect(applyValues(template, values)).toEqual(result)
})

test('a value that looks like a placeholder is not replaced in turn', () => {
  expect(applyValues('{{ x }}-{{ y }}', { x: '{{ y }}', y: 'Y' })).toBe('{{ y }}-Y')
})

test('placeholders are found wherever they are', () => {
  expect(
    findPlaceholders({
      a: ['x {{ b.c }} {{ $E }}'],
      d: { e: '{{ prefect.variables.v }}{{prefect.blocks.t.n}}' },
      '{{ key }}': 1,
    }),
  ).toEqual([
    { text: '{{ b.c }}', name: 'b.c', kind: 'value' },
    { text: '{{ $E }}', name: '$E', kind: 'environment' },
    { text: '{{ prefect.variables.v }}', name: 'prefect.variables.v', kind: 'variable' },
    { text: '{{prefect.blocks.t.n}}', name: 'prefect.blocks.t.n', kind: 'block' },
  ])
})

test.for([
  ['prefect flow-run execute', ['prefect', 'flow-run', 'execute']],
  [`  a 'b c'  "d \\" \\x" e\\ f `, ['a', 'b c', 'd " \\x', 'e f']],
  [`''`, ['']],
  ['', []],
  [`a'b"c'd`, ['ab"cd']],
  ['"open', null],
] as const)('%j splits into %j', ([command, words]) => {
  expect(splitCommand(command)).toEqual(words)
})
