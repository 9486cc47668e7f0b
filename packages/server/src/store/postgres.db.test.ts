import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { json, jsonOrNull, sql } from './sql.ts'

let test_db: TestDatabase
beforeAll(async () => {
  test_db = await createTestDatabase()
})
afterAll(async () => {
  await test_db.close()
})

test('values come back exact', async () => {
  const { db } = test_db
  const document = '{"b":1.0,"a":12345678901234567890}'
  const [row] = await db.query<Record<string, unknown>>(sql`
    select
      '2026-01-02 03:04:05.000006+02'::timestamptz as moment,
      array['2026-01-02 03:04:05Z'::timestamptz, null] as moments,
      '2026-01-02'::date as day,
      9007199254740991::bigint as big,
      1.50::numeric as decimal,
      ${document}::json as json,
      ${document}::jsonb as jsonb,
      ${json({ a: null })} as made,
      ${json(null)} as json_null,
      ${jsonOrNull(null)} as sql_null,
      ${['a', 'b"c', '']}::text[] as texts,
      true as yes
  `)
  expect(row).toMatchObject({
    moment: '2026-01-02T01:04:05.000006Z',
    moments: ['2026-01-02T03:04:05.000000Z', null],
    day: '2026-01-02',
    big: 9_007_199_254_740_991,
    decimal: 1.5,
    made: { a: null },
    json_null: null,
    sql_null: null,
    texts: ['a', 'b"c', ''],
    yes: true,
  })
  expect(JSON.stringify(row?.['json'])).toBe(document)
  expect(JSON.stringify(row?.['jsonb'])).toBe('{"a":12345678901234567890,"b":1.0}')
})
