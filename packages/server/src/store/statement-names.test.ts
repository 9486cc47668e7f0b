import { expect, test } from 'vitest'
import { createStatementNames } from './statement-names.ts'

test('a text gets its name at its second use and keeps it', () => {
  const nameOf = createStatementNames()
  expect(nameOf('select 1')).toBeUndefined()
  const name = nameOf('select 1')
  expect(name).toMatch(/^[\w-]{22}$/)
  expect(nameOf('select 1')).toBe(name)
  nameOf('select 2')
  expect(nameOf('select 2')).not.toBe(name)
})

test('texts used once never use up the names, and the names are bounded', () => {
  const nameOf = createStatementNames()
  for (let index = 0; index < 5_000; index += 1) expect(nameOf(`once ${index}`)).toBeUndefined()
  const names = new Set<string>()
  for (let index = 0; index < 1_000; index += 1) {
    nameOf(`twice ${index}`)
    const name = nameOf(`twice ${index}`)
    if (name !== undefined) names.add(name)
  }
  expect(names.size).toBe(500)
  expect(nameOf('twice 0')).toBeDefined()
  expect(nameOf('twice 999')).toBeUndefined()
})
