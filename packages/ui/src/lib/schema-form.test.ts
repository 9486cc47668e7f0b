import { expect, test } from 'vitest'
import { fieldsOf, initialTyped, readTyped, withUndeclared } from './schema-form.ts'

const schema = {
  type: 'object',
  required: ['customer'],
  secret_fields: ['token'],
  definitions: { Region: { enum: ['eu', 'us'], title: 'Region' } },
  properties: {
    customer: { type: 'string', title: 'Customer', position: 0 },
    rows: { type: 'integer', default: 500, position: 2 },
    region: { allOf: [{ $ref: '#/definitions/Region' }], default: 'eu', position: 1 },
    token: { type: 'string' },
    note: { anyOf: [{ type: 'string' }, { type: 'null' }], default: 'x' },
    options: { type: 'object' },
  },
}

test('fields come in order, with kinds and defaults', () => {
  const fields = fieldsOf(schema, { rows: 7 })
  expect(fields.map(({ name, kind, initial }) => [name, kind, initial])).toEqual([
    ['customer', 'text', null],
    ['region', 'choice', 'eu'],
    ['rows', 'integer', '7'],
    ['token', 'secret', null],
    ['note', 'text', 'x'],
    ['options', 'json', null],
  ])
})

test('values are read, and reasons stand at their fields', () => {
  const fields = fieldsOf(schema)
  const typed = { ...initialTyped(fields), rows: 'many', options: '{"a":1}', note: null }
  expect(readTyped(fields, typed)).toEqual({
    values: { region: 'eu', options: { a: 1 }, note: null },
    complaints: { customer: 'Customer is needed.', rows: 'rows is a whole number.' },
  })
})

test('values that no schema declares have a field too', () => {
  const values = { name: 'Ada', list: [1] }
  expect(fieldsOf(withUndeclared({}, values), values).map(({ name, kind, initial }) => [name, kind, initial])).toEqual([
    ['name', 'text', 'Ada'],
    ['list', 'json', '[\n  1\n]'],
  ])
})
