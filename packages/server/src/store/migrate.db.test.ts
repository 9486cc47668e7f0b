import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { StartupError } from '../errors.ts'
import { createEmptyDatabase, type TestDatabase } from '../testing/database.ts'
import { migrate } from './migrate.ts'
import { sql } from './sql.ts'

const log = pino({ level: 'silent' })
let dir: string
let empty: TestDatabase
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'migrations-'))
  empty = await createEmptyDatabase()
})
afterEach(async () => {
  await empty.close()
  await rm(dir, { recursive: true })
})

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text)
}

const run = (lockTimeoutMs?: number) =>
  migrate(empty.url, { dir, log, ...(lockTimeoutMs === undefined ? {} : { lockTimeoutMs }) })
const refusal = () =>
  run().then(
    () => 'accepted',
    (error: unknown) => (error instanceof StartupError ? error.message : error),
  )

const one = { '0001-first.sql': 'create table thing (id int primary key);\n' }
const two = {
  '0002-second.sql': `create function half(n int) returns int language sql as $$ select n / 2; $$;\nalter table thing add size int;\n`,
}

test('files are applied in order, once', async () => {
  await write(one)
  expect(await run()).toEqual({ applied: ['0001-first.sql'] })
  await write(two)
  expect(await run()).toEqual({ applied: ['0002-second.sql'] })
  expect(await run()).toEqual({ applied: [] })
  expect(await empty.db.query(sql`select id, size from thing`)).toEqual([])
})

test('four servers that start at once apply each file once', async () => {
  await write({ ...one, ...two, '0003-row.sql': 'insert into thing (id) values (1);' })
  const results = await Promise.all([run(), run(), run(), run()])
  expect(results.flatMap(({ applied }) => applied).sort()).toEqual([
    '0001-first.sql',
    '0002-second.sql',
    '0003-row.sql',
  ])
})

test('a file that was edited after it was applied is refused', async () => {
  await write(one)
  await run()
  await write({ '0001-first.sql': 'create table thing (id bigint primary key);\n', ...two })
  expect(await refusal()).toMatch(/0001-first\.sql was changed .* Next: put the file back/)
  await write({ '0001-first.sql': one['0001-first.sql'].replaceAll('\n', '\r\n') })
  expect(await run()).toEqual({ applied: ['0002-second.sql'] })
})

test('a file that fails leaves nothing behind and names its line', async () => {
  await write({ ...one, '0002-broken.sql': 'alter table thing add size int;\n\nselect missing from thing;\n' })
  expect(await refusal()).toMatch(
    /0002-broken\.sql failed and was undone \(column "missing" does not exist at line 3\)\. Next: /,
  )
  await write({ '0002-broken.sql': 'alter table thing add size int;\n' })
  expect(await run()).toEqual({ applied: ['0002-broken.sql'] })
})

test('a newer schema is refused when it is marked as breaking, and only mentioned otherwise', async () => {
  await write({ ...one, ...two })
  await run()
  await rm(join(dir, '0002-second.sql'))
  const warn = vi.spyOn(log, 'warn')
  expect(await run()).toEqual({ applied: [] })
  expect(warn).toHaveBeenCalledWith({ migrations: ['0002-second.sql'] }, expect.stringContaining('newer Slipway'))

  await write({ ...two, '0003-third.sql': '-- breaking: size is gone\nalter table thing drop size;\n' })
  await run()
  await rm(join(dir, '0003-third.sql'))
  expect(await refusal()).toMatch(/migrated by a newer Slipway \(0003-third\.sql\) .* Next: start the newer version/)
})

test('a new file below an applied one is refused', async () => {
  await write({ ...one, '0003-third.sql': 'alter table thing add size int;' })
  await run()
  await write(two)
  expect(await refusal()).toMatch(
    /0002-second\.sql comes before 0003-third\.sql, .* Next: give the new file the next free number/,
  )
})

test.for([
  [{ '1-short.sql': '' }, /not called NNNN-name\.sql/],
  [{ '0001-a.sql': '', '0001-b.sql': '' }, /have the same number/],
  [{ '0001-a.sql': 'create table a ();\ncommit;\n' }, /must not begin or end transactions/],
] as const)('%j is a bug of this version', async ([files, message]) => {
  await write(files)
  await expect(run()).rejects.toThrow(message)
})

test('a server that waits too long for another one says so', async () => {
  await write(one)
  const other = new Client({ connectionString: empty.url })
  await other.connect()
  try {
    await other.query('select pg_advisory_lock(7104202602)')
    await expect(run(50)).rejects.toThrow(/Another server has been migrating .* Next: /)
  } finally {
    await other.end()
  }
  expect(await run()).toEqual({ applied: ['0001-first.sql'] })
})

test('an unreachable database is a clear error', async () => {
  await write(one)
  const url = new URL(empty.url)
  url.port = '1'
  await expect(migrate(url.href, { dir, log })).rejects.toThrow(/Cannot reach PostgreSQL at .*:1/)
})
