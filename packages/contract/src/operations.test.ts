import type { TSchema } from 'typebox'
import { expect, test } from 'vitest'
import packageFile from '../package.json' with { type: 'json' }
import { allOperations, operations } from './operations.ts'
import { definitions } from './triggers.ts'
import { compileSchema } from './validation/compile.ts'
import type { Checks } from './validation/issue.ts'
import { VERSION } from './version.ts'

/** Every check exists: which ones the server has is its own test. */
const anyCheck: Checks = new Proxy({}, { get: () => () => null })

/** What Slipway has and Prefect has not. */
const ADDITIONS = ['createApiKey', 'readApiKeys', 'revokeApiKey']

test('all 187 routes of the protocol are declared once, under their ids', () => {
  const routes = new Set(allOperations.map(({ method, path }) => `${method} ${path}`))
  expect([allOperations.length, routes.size]).toEqual([187 + ADDITIONS.length, 187 + ADDITIONS.length])
  expect(Object.keys(operations)).toEqual(expect.arrayContaining(ADDITIONS))
  for (const [id, operation] of Object.entries(operations)) expect(operation.id).toBe(id)
})

test('every parameter of a path has a schema, and no other', () => {
  for (const { path, params } of allOperations) {
    const names = Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => name)
    expect(Object.keys(params?.properties ?? {})).toEqual(names)
  }
})

test('bodies go with methods that have one, and an answer of 204 has none', () => {
  const wrong = allOperations.filter(
    ({ method, body, status, response }) =>
      (['GET', 'DELETE'].includes(method) && body !== undefined) || (status === 204 && response !== undefined),
  )
  expect(wrong).toEqual([])
})

test('every request schema can be compiled', () => {
  const compile = (schema: TSchema | undefined, embedded = false) =>
    schema === undefined ? null : compileSchema(schema, { checks: anyCheck, definitions, embedded })
  for (const { params, query, body, embedded } of allOperations) {
    expect(() => [compile(params), compile(query), compile(body, embedded)]).not.toThrow()
  }
})

test('only health answers everybody', () => {
  expect(allOperations.filter((operation) => operation.public).map(({ id }) => id)).toEqual(['health', 'ready'])
})

test('the version is that of the package', () => {
  expect(VERSION).toBe(packageFile.version)
})
