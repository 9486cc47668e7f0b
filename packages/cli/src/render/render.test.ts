import { expect, test } from 'vitest'
import { CommandError } from '../command-error.ts'
import { EXIT } from '../exit-codes.ts'
import { recordingTerminal } from '../testing/recording-terminal.ts'
import { printError } from './errors.ts'
import { printRecords, renderTable } from './records.ts'
import { usesColor } from './terminal.ts'

const rows = [
  { name: 'port', value: 4200, env: ['A', 'B'] },
  { name: 'database_url', value: null, env: [] },
]

test('a table is aligned for people and separated by tabs for programs', () => {
  const columns = ['name', 'value', 'env']
  const colors = { out: false, err: false }
  expect(renderTable(rows, columns, { isInteractive: true, colors }).split('\n')).toEqual([
    'NAME          VALUE  ENV',
    'port          4200   A,B',
    'database_url  -      -',
  ])
  expect(renderTable(rows, columns, { isInteractive: false, colors }).split('\n')[1]).toBe('port\t4200\tA,B')
})

test.for([
  ['json', JSON.stringify(rows, null, 2)],
  ['jsonl', rows.map((row) => JSON.stringify(row)).join('\n')],
  ['name', 'port\ndatabase_url'],
  ['table', 'NAME\nport\ndatabase_url'],
  ['wide', 'NAME\tVALUE\nport\t4200\ndatabase_url\t-'],
  ['yaml', '- name: port\n  value: 4200\n  env:\n    - A\n    - B\n- name: database_url\n  value: null\n  env: []'],
] as const)('records as %s', async ([format, expected]) => {
  const terminal = recordingTerminal()
  await printRecords(rows, format, { columns: ['name'], wideColumns: ['value'], name: 'name' }, terminal)
  expect(terminal.outText()).toBe(expected)
})

test.for([
  [{}, true, true],
  [{}, false, false],
  [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
  [{ NO_COLOR: '' }, true, true],
  [{ FORCE_COLOR: '1' }, false, true],
  [{ FORCE_COLOR: '0' }, true, false],
  [{ TERM: 'dumb' }, true, false],
] as const)('colour with %o on a terminal: %s', ([env, isTerminal, expected]) => {
  expect(usesColor(env, isTerminal)).toBe(expected)
})

test('an error says what, why, on what evidence and what next; stack traces only on demand', () => {
  const terminal = recordingTerminal()
  const error = new CommandError('The pool is gone', {
    code: 'pool.gone',
    exitCode: EXIT.notFound,
    why: 'somebody deleted it',
    ref: 'pool gcr',
    next: ['slipway pool ls', 'slipway pool create gcr'],
  })
  expect(printError(error, terminal, { asJson: false, debug: false })).toBe(EXIT.notFound)
  expect(terminal.errText().split('\n')).toEqual([
    'error: The pool is gone',
    'why:   somebody deleted it',
    'ref:   pool gcr',
    'next:  slipway pool ls',
    '       slipway pool create gcr',
  ])
  const debugging = recordingTerminal()
  expect(printError(new TypeError('x is not a function'), debugging, { asJson: false, debug: true })).toBe(EXIT.failed)
  expect(debugging.errText()).toContain('render.test.ts')
})
