import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { testFolder } from '../testing/test-folders.ts'
import { findPostmaster } from './embedded-postmaster.ts'
import { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded.ts'
import { openDatabase } from './postgres.ts'
import { sql } from './sql.ts'

const WRITER = resolve(import.meta.dirname, '../testing/acked-writer.ts')
const IN_USE =
  /^StartupError: The data directory .* is in use by another Slipway server \(process \d+\)\. Next: stop that one/
const log = pino({ level: 'silent' })

let parent: string
let dataDir: string
let started: EmbeddedPostgres[]
beforeEach(async () => {
  // Private to us: as root, PostgreSQL's own account may not even enter it.
  parent = await testFolder('embedded')
  dataDir = join(parent, 'data')
  started = []
})
afterEach(async () => {
  for (const server of started) await server.stop()
  const left = await findPostmaster(join(dataDir, 'postgres'))
  await rm(parent, { recursive: true, force: true })
  if (left !== null) throw new Error(`PostgreSQL ${left.pid} was left running`)
})

async function start(): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, log })
  started.push(server)
  return server
}

async function rows(url: string, statement = sql`select 1 as one`): Promise<object[]> {
  const db = await openDatabase({ url, applicationName: 'test', poolSize: 1, log })
  try {
    return await db.query(statement)
  } finally {
    await db.close()
  }
}

async function postmasterPid(): Promise<number> {
  const found = await findPostmaster(join(dataDir, 'postgres'))
  if (found === null) throw new Error('no postmaster')
  return found.pid
}

test('a first start makes a durable cluster behind a password, a second one finds it', async () => {
  const first = await start()
  expect(first.adopted).toBe(false)
  expect(new URL(first.url).hostname).toBe('127.0.0.1')
  await rows(first.url, sql`create table kept (id int)`)
  expect(
    await rows(
      first.url,
      sql`
        select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
          current_setting('unix_socket_directories') as sockets, current_setting('listen_addresses') as addresses,
          current_setting('password_encryption') as password`,
    ),
  ).toEqual([{ fsync: 'on', commit: 'on', sockets: '', addresses: '127.0.0.1', password: 'scram-sha-256' }])
  const secret = await stat(join(dataDir, 'postgres', 'slipway-password'))
  expect(secret.mode & 0o777).toBe(0o600)
  const wrong = Object.assign(new URL(first.url), { password: 'wrong' })
  await expect(rows(wrong.href)).rejects.toThrow(/refused the user "slipway"/)
  await first.stop()
  await first.stop()

  const second = await start()
  expect(second.adopted).toBe(false)
  expect(await rows(second.url, sql`select id from kept`)).toEqual([])
})

test('a data folder in use is refused, and its owner is not disturbed', async () => {
  const owner = await start()
  expect(await startEmbeddedPostgres({ dataDir, log }).catch(String)).toMatch(IN_USE)
  expect(await rows(owner.url)).toEqual([{ one: 1 }])
})

test('of three first starts at once one wins, and the others leave it alone', async () => {
  const outcomes = await Promise.all([1, 2, 3].map(() => start().then(() => 'owner', String)))
  expect(outcomes.toSorted((a, b) => a.localeCompare(b))).toEqual([
    'owner',
    expect.stringMatching(IN_USE),
    expect.stringMatching(IN_USE),
  ])
  const [winner] = started
  expect(await rows(winner?.url ?? '')).toEqual([{ one: 1 }])
})

test('a pid file that a killed postmaster left is no obstacle when its pid belongs to somebody else now', async () => {
  const first = await start()
  await first.stop()
  await writeFile(
    join(dataDir, 'postgres', 'postmaster.pid'),
    `${process.pid}\n/somewhere\n1\n1\n\n127.0.0.1\n\nready   \n`,
  )
  const second = await start()
  expect(second.adopted).toBe(false)
  expect(await rows(second.url)).toEqual([{ one: 1 }])
})

test('a postmaster that is killed is started again under the same URL', async () => {
  const { url } = await start()
  await rows(url, sql`create table kept (id int)`)
  const before = await postmasterPid()
  process.kill(before, 'SIGKILL')
  await expect.poll(() => rows(url, sql`select id from kept`).catch(() => null), { timeout: 15_000 }).toEqual([])
  expect(await postmasterPid()).not.toBe(before)
})

test('a lost password is replaced', async () => {
  const first = await start()
  await first.stop()
  await rm(join(dataDir, 'postgres', 'slipway-password'))
  const second = await start()
  expect(second.url).not.toBe(first.url)
  expect(await rows(second.url)).toEqual([{ one: 1 }])
})

test('data of another major version is refused, and not touched', async () => {
  const first = await start()
  await first.stop()
  const version = join(dataDir, 'postgres', 'PG_VERSION')
  await writeFile(version, '14\n')
  await expect(start()).rejects.toThrow(/No PostgreSQL 14, which made the data in .*, runs on this machine: .* Next: /)
  expect(await readFile(version, 'utf8')).toBe('14\n')
})

test('data that is damaged is one clear line', async () => {
  const first = await start()
  await first.stop()
  await rm(join(dataDir, 'postgres', 'global', 'pg_control'))
  await expect(start()).rejects.toThrow(
    /The embedded PostgreSQL did not start \(.*\)\. Next: look into .*postgres\.log/,
  )
})

/** Runs the writer until it has acknowledged some rows, then kills; tells whether it found a live postmaster. */
async function writeAndKill(sideFile: string, kill: (writer: number) => Promise<void>): Promise<string> {
  const writer = spawn(process.execPath, ['--conditions=source', WRITER, dataDir, sideFile], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(writer, 'exit')
  const lines = createInterface({ input: writer.stdout })[Symbol.asyncIterator]()
  const { value: how } = await lines.next()
  for (let tens = 0; tens < 3; tens += 1) await lines.next()
  await kill(writer.pid ?? 0)
  await exited
  return String(how)
}

async function lostRows(sideFile: string): Promise<readonly number[]> {
  const acked = (await readFile(sideFile, 'utf8')).trim().split('\n').map(Number)
  expect(acked.length).toBeGreaterThan(30)
  const { url } = await start()
  const present = new Set((await rows(url, sql`select id from acked`)).map((row) => ('id' in row ? row.id : null)))
  return acked.filter((id) => !present.has(id))
}

test('no acknowledged row is lost when the server is killed again and again, and its postmaster is adopted', async () => {
  const sideFile = join(parent, 'acked')
  const how: string[] = []
  for (let round = 0; round < 4; round += 1) {
    how.push(await writeAndKill(sideFile, async (writer) => void process.kill(writer, 'SIGKILL')))
  }
  expect(how).toEqual(['started', 'adopted', 'adopted', 'adopted'])
  expect(await lostRows(sideFile)).toEqual([])
})

test('no acknowledged row is lost when server and postmaster are killed together again and again', async () => {
  const sideFile = join(parent, 'acked')
  const how: string[] = []
  for (let round = 0; round < 4; round += 1) {
    const killBoth = async (writer: number) => {
      const postmaster = await postmasterPid()
      process.kill(postmaster, 'SIGKILL')
      process.kill(writer, 'SIGKILL')
    }
    how.push(await writeAndKill(sideFile, killBoth))
  }
  expect(how).toEqual(['started', 'started', 'started', 'started'])
  expect(await lostRows(sideFile)).toEqual([])
})
