import { expect, test } from 'vitest'
import { sql } from '../sql.ts'
import { anyText, combined, likeText, notAnyText, partOf, startsWithText } from './conditions.ts'
import { flowRunCondition } from './flow-runs.ts'
import { joinedFlowCondition } from './joined.ts'

const column = sql`x.name`
const text = (condition: ReturnType<typeof combined>) => condition?.text ?? null

test('a filter that says nothing is no condition', () => {
  expect(combined('or_', [null, null])).toBeNull()
  expect(flowRunCondition(null)).toBeNull()
  expect(joinedFlowCondition({})).toBeNull()
})

test('a part that is named but empty holds for every row', () => {
  expect(text(combined('or_', [partOf({}, () => null), anyText(column, ['a'])]))).toBe('(true or x.name = $1::text)')
  expect(text(flowRunCondition({}))).toBe('true')
})

test('an empty list matches nothing, an empty list of exceptions everything', () => {
  expect(text(anyText(column, []))).toBe('x.name = any($1::text[])')
  expect(notAnyText(column, [])).toBeNull()
  expect(startsWithText(column, [])).toBeNull()
  expect(likeText(column, '')).toBeNull()
})

test('one value is compared by =, so that an index can give the order', () => {
  expect(text(anyText(column, ['a']))).toBe('x.name = $1::text')
})
