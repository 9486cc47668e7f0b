import { pino } from 'pino'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { StartupError } from '../errors.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { openDatabase } from './postgres.ts'
import { isForeignKeyViolation, isSerializationFailure, isUniqueViolation } from './sql-errors.ts'
import { json, jsonOrNull, raw, sql } from './sql.ts'

const log = pino({ level: 'silent' })
let test_db: TestDatabase
beforeAll(async () => {
  test_db = await createTestDatabase()
  await test_db.db.query(sql`create table parent (id int primary key, name text constraint parent_name unique)`)
  await test_db.db.query(sql`create table child (parent_id int constraint child_parent references parent)`)
})
afterAll(async () => {
  await test_db.close()
})

test('values come back exact', async () => {
  const { db } = test_db
  const document = '{"b":1.0,"a":12345678901234567890,"c":[1E400,"1.0"]}'
  const [row] = await db.query<Record<string, unknown>>(sql`
    select
      '2026-01-02 03:04:05.000006+02'::timestamptz as moment,
      '0001-01-01 00:00:00Z'::timestamptz as first_moment,
      array['2026-01-02 03:04:05Z'::timestamptz, null] as moments,
      '2026-01-02'::date as day,
      9007199254740991::bigint as big,
      array[1, 2]::bigint[] as bigs,
      1.50::numeric as decimal,
      ${document}::json as json,
      ${document}::jsonb as jsonb,
      array[${document}::json] as jsons,
      ${json({ a: null })} as made,
      ${json(null)} as json_null,
      ${jsonOrNull(null)} as sql_null,
      ${['a', 'b"c', '', '{}']}::text[] as texts,
      true as yes
  `)
  expect(row).toMatchObject({
    moment: '2026-01-02T01:04:05.000006Z',
    first_moment: '0001-01-01T00:00:00.000000Z',
    moments: ['2026-01-02T03:04:05.000000Z', null],
    day: '2026-01-02',
    big: 9_007_199_254_740_991,
    bigs: [1, 2],
    decimal: 1.5,
    made: { a: null },
    json_null: null,
    sql_null: null,
    texts: ['a', 'b"c', '', '{}'],
    yes: true,
  })
  expect(JSON.stringify(row?.['json'])).toBe(document)
  expect(JSON.stringify(row?.['jsons'])).toBe(`[${document}]`)
  expect(JSON.stringify(row?.['jsonb'])).toMatch(/^\{"a":12345678901234567890,"b":1\.0,"c":\[10{400},"1\.0"\]\}$/)
})

test('a moment survives the round trip with its microseconds', async () => {
  const [row] = await test_db.db.query<{ moment: string }>(
    sql`select ${'2026-01-02T03:04:05.123456Z'}::timestamptz as moment`,
  )
  expect(row?.moment).toBe('2026-01-02T03:04:05.123456Z')
})

test.for([
  ['9007199254740992::bigint', /does not fit/],
  [`'infinity'::timestamptz`, /not a moment/],
  [`'0044-03-15 BC'::timestamptz`, /not a moment/],
] as const)('%s is refused rather than changed', async ([expression, message]) => {
  await expect(test_db.db.query(sql`select ${raw(expression)} as value`)).rejects.toThrow(message)
})

test('an undefined parameter is a bug, not a null', async () => {
  await expect(test_db.db.query(sql`select ${undefined}::text as value`)).rejects.toThrow(TypeError)
})

test('statements are prepared from their second use on', async () => {
  const { url } = test_db
  const db = await openDatabase({ url, applicationName: 'prepared', poolSize: 1, log })
  try {
    for (const value of [1, 2, 3]) {
      expect(await db.query(sql`select ${value}::int as repeated_statement`)).toEqual([{ repeated_statement: value }])
    }
    const prepared = await db.query<{ statement: string }>(
      sql`select statement from pg_prepared_statements order by 1 limit 10`,
    )
    expect(prepared.map(({ statement }) => statement)).toEqual(['select $1::int as repeated_statement'])
  } finally {
    await db.close()
  }
})

test('a transaction commits what it did, or nothing', async () => {
  const { db } = test_db
  const value = await db.transaction(async (tx) => {
    await tx.query(sql`insert into parent (id) values (10)`)
    return 'done'
  })
  expect(value).toBe('done')
  await expect(
    db.transaction(async (tx) => {
      await tx.query(sql`insert into parent (id) values (11)`)
      throw new Error('no')
    }),
  ).rejects.toThrow('no')
  expect(await db.query(sql`select id from parent where id in (10, 11) order by id`)).toEqual([{ id: 10 }])
})

test('a transaction whose failed statement was caught does not pretend to have committed', async () => {
  const { db } = test_db
  await expect(
    db.transaction(async (tx) => {
      await tx.query(sql`insert into parent (id) values (20)`)
      await tx.query(sql`select 1 / 0`).catch(() => undefined)
    }),
  ).rejects.toThrow(/rolled back/)
  expect(await db.query(sql`select id from parent where id = 20`)).toEqual([])
})

test('refusals are told apart', async () => {
  const { db } = test_db
  await db.query(sql`insert into parent (id, name) values (30, 'thirty')`)
  const unique = await db
    .query(sql`insert into parent (id, name) values (31, 'thirty')`)
    .catch((error: unknown) => error)
  expect(isUniqueViolation(unique)).toBe(true)
  expect(isUniqueViolation(unique, 'parent_name')).toBe(true)
  expect(isUniqueViolation(unique, 'parent_pkey')).toBe(false)
  const foreign = await db.query(sql`insert into child (parent_id) values (404)`).catch((error: unknown) => error)
  expect(isForeignKeyViolation(foreign, 'child_parent')).toBe(true)
  expect(isUniqueViolation(foreign)).toBe(false)
  expect(isUniqueViolation(new Error('23505'))).toBe(false)
})

test('two transactions that wait for each other: one is told to try again', async () => {
  const { db } = test_db
  await db.query(sql`insert into parent (id) values (40), (41)`)
  const meeting = Promise.withResolvers<void>()
  let arrived = 0
  const updateBoth = (first: number, second: number): Promise<unknown> =>
    db
      .transaction(async (tx) => {
        await tx.query(sql`update parent set name = null where id = ${first}`)
        arrived += 1
        if (arrived === 2) meeting.resolve()
        await meeting.promise
        await tx.query(sql`update parent set name = null where id = ${second}`)
      })
      .then(
        () => 'committed',
        (error: unknown) => (isSerializationFailure(error) ? 'try again' : error),
      )
  expect(new Set(await Promise.all([updateBoth(40, 41), updateBoth(41, 40)]))).toEqual(
    new Set(['committed', 'try again']),
  )
})

test('a connection that is lost inside a transaction fails it and nothing else', async () => {
  const { db } = test_db
  await expect(
    db.transaction(async (tx) => {
      const [session] = await tx.query<{ pid: number }>(sql`select pg_backend_pid() as pid`)
      await db.query(sql`select pg_terminate_backend(${session?.pid})`)
      await tx.query(sql`select 1 as one`)
    }),
  ).rejects.toThrow(/terminat|connection error/i)
  expect(await db.query(sql`select 1 as one`)).toEqual([{ one: 1 }])
})

test('notifications arrive, and after a lost connection an empty one tells to look', async () => {
  const { db } = test_db
  const heard = vi.fn<(payload: string) => void>()
  const other = vi.fn<(payload: string) => void>()
  const stop = await db.listen('news', heard)
  await db.listen('Other "channel"', other)
  await db.query(sql`select pg_notify('news', 'one'), pg_notify('Other "channel"', 'two')`)
  await expect.poll(() => [heard.mock.calls, other.mock.calls]).toEqual([[['one']], [['two']]])

  await db.query(sql`
    select pg_terminate_backend(pid)
    from pg_stat_activity
    where datname = current_database() and query ilike 'listen %'
  `)
  await expect.poll(() => [heard.mock.lastCall, other.mock.lastCall]).toEqual([[''], ['']])
  await db.query(sql`select pg_notify('news', 'three')`)
  await expect.poll(() => heard.mock.lastCall).toEqual(['three'])

  await stop()
  await db.query(sql`select pg_notify('news', 'unheard'), pg_notify('Other "channel"', 'last')`)
  await expect.poll(() => other.mock.lastCall).toEqual(['last'])
  expect(heard.mock.lastCall).toEqual(['three'])
})

test.for([
  [
    'a closed port',
    { port: '1' },
    /^StartupError: Cannot reach PostgreSQL at [^ ]+:1 \(connect ECONNREFUSED .*\)\. Next: /,
  ],
  ['an unknown user', { username: 'stranger' }, /refused the user "stranger" \(.*\)\. Next: /],
  ['a missing database', { pathname: '/nowhere' }, /has no database "nowhere"\. Next: create it/],
] as const)('%s is one line with the next step and without the password', async ([, change, message]) => {
  const url = Object.assign(new URL(test_db.url), change)
  const error = await openDatabase({ url: url.href, applicationName: 'test', log }).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(StartupError)
  expect(String(error)).toMatch(message)
  expect(String(error)).not.toContain(`:${url.password}@`)
})

test.for(['', 'nonsense', 'postgresql://host:port/db', 'mysql://host/db'])('%j is not a database URL', async (url) => {
  const error = await openDatabase({ url, applicationName: 'test', log }).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(StartupError)
  expect(String(error)).toMatch(/database URL is not valid\. Next: /)
})
