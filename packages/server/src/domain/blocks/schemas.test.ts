import { expect, test } from 'vitest'
import { nestedSchemas, schemaFieldsForRead } from './schemas.ts'

test('a schema is read as it was posted, with a map of nested blocks always there', () => {
  const fields = { title: 'S', definitions: { X: { type: 'object' } } }
  expect(schemaFieldsForRead(fields)).toEqual({ ...fields, block_schema_references: {} })
  const references = { a: { block_type_slug: 'a', block_schema_checksum: 'sha256:1' } }
  expect(schemaFieldsForRead({ block_schema_references: references })).toEqual({ block_schema_references: references })
})

test('nested blocks come with their own definitions, the right one out of a union', () => {
  const Cat = { block_type_slug: 'cat', title: 'Cat', properties: { paw: { $ref: '#/definitions/Paw' } } }
  const Dog = { block_type_slug: 'dog', title: 'Dog' }
  const definitions = { Cat, Dog, Paw: { claws: { $ref: '#/definitions/Claw' } }, Claw: { type: 'object' }, Other: {} }
  const cat = { block_type_slug: 'cat', block_schema_checksum: 'sha256:c' }
  const dog = { block_type_slug: 'dog', block_schema_checksum: 'sha256:d' }
  const fields = {
    properties: { pet: { anyOf: [{ $ref: '#/definitions/Dog' }, { $ref: '#/definitions/Cat' }] }, other: {} },
    definitions,
    block_schema_references: { pet: [cat, dog], other: dog, broken: 'x' },
  }
  expect(nestedSchemas(fields)).toEqual([
    { name: 'pet', ...cat, fields: { ...Cat, definitions: { Paw: definitions.Paw, Claw: definitions.Claw } } },
    { name: 'pet', ...dog, fields: Dog },
    { name: 'other', ...dog, fields: null },
  ])
  expect(nestedSchemas({})).toEqual([])
})

test('a definition that refers to itself ends', () => {
  const Node = { block_type_slug: 'node', properties: { next: { $ref: '#/definitions/Node' } } }
  const fields = {
    properties: { head: { $ref: '#/definitions/Node' } },
    definitions: { Node },
    block_schema_references: { head: { block_type_slug: 'node', block_schema_checksum: 'sha256:n' } },
  }
  expect(nestedSchemas(fields)[0]?.fields).toEqual({ ...Node, definitions: { Node } })
})
